-- Which of the demo's cached answers a commit makes untrue, for deploy/compose.yaml.
SELECT sluice.watch('product', 'product:{id}');
SELECT sluice.watch('product', 'category:{category}');
SELECT sluice.watch('product', 'product-list');
