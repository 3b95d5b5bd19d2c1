package io.sluice.cache.walk;

import com.github.benmanes.caffeine.cache.Cache;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A hash of all objects that can be reached, fields of lambdas included: equal for states that behave alike. It throws at
 * what it does not know, so that nothing is left out unseen.
 */
final class Heap {
    private static final Map<Class<?>, Integer> CLASSES = new HashMap<>();
    /** Read by nobody, or counters behind names. */
    private static final Set<String> UNUSED = Set.of("seen", "tokens");

    private static final Map<Class<?>, Field[]> FIELDS = new HashMap<>();

    /** Begins texts of which only matters which are equal. */
    static final String NAME = "name ";

    private final Map<String, Integer> names = new HashMap<>();
    private final Map<Object, Integer> seen = new IdentityHashMap<>(512);
    private final Set<Class<?>> constant;
    private long hash = 1;

    /** @param constant what is the same in all states, or says nothing of them */
    private Heap(Set<Class<?>> constant) {
        this.constant = constant;
    }

    static long hash(Object root, Set<Class<?>> constant) {
        Heap heap = new Heap(constant);
        heap.visit(root);
        return heap.hash;
    }

    private void mix(long value) {
        hash = (hash ^ value) * 0xBF58476D1CE4E5B9L;
        hash ^= hash >>> 29;
    }

    private void visit(@Nullable Object object) {
        if (object == null) {
            mix(-7);
        } else if (object instanceof String text && text.startsWith(NAME)) {
            mix(names.computeIfAbsent(text, name -> names.size()) + 500);
        } else if (object instanceof String
                || object instanceof Number && !(object instanceof AtomicLong || object instanceof AtomicInteger)
                || object instanceof Boolean
                || object instanceof Character) {
            mix(object.hashCode());
        } else if (object instanceof Enum<?> constantOf) {
            mix(constantOf.ordinal() + 11);
        } else if (!constant.contains(object.getClass()) && !(object instanceof Class)) {
            Integer before = seen.putIfAbsent(object, seen.size());
            if (before != null) {
                mix(before + 1000);
            } else {
                mix(CLASSES.computeIfAbsent(object.getClass(), c -> CLASSES.size()));
                inside(object);
            }
        }
    }

    private void inside(Object object) {
        if (object instanceof Cache<?, ?> cache) {
            visit(new ArrayList<>(cache.asMap().values()));
        } else if (object instanceof Collection<?> all) {
            mix(all.size());
            all.forEach(this::visit);
        } else if (object instanceof Map<?, ?> map) {
            mix(map.size());
            map.forEach((key, value) -> {
                visit(key);
                visit(value);
            });
        } else if (object instanceof AtomicReference<?> reference) {
            visit(reference.get());
        } else if (object instanceof AtomicBoolean || object instanceof AtomicLong || object instanceof AtomicInteger) {
            mix(object.toString().hashCode());
        } else if (object.getClass().isArray()) {
            for (int i = 0; i < Array.getLength(object); i++) {
                visit(Array.get(object, i));
            }
        } else if (object.getClass() != Object.class) {
            for (Field field : FIELDS.computeIfAbsent(object.getClass(), Heap::fields)) {
                try {
                    visit(field.get(object));
                } catch (IllegalAccessException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    private static Field[] fields(Class<?> type) {
        List<Field> fields = new ArrayList<>();
        for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
            if (c.getName().startsWith("java.") && c != Record.class) {
                throw new IllegalStateException("what is in a " + c + "?");
            }
            for (Field field : c.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers()) && !UNUSED.contains(field.getName())) {
                    field.setAccessible(true);
                    fields.add(field);
                }
            }
        }
        return fields.toArray(Field[]::new);
    }
}
