package io.sluice.boot;

import io.smallrye.config.ConfigSourceInterceptor;
import io.smallrye.config.ConfigSourceInterceptorContext;
import io.smallrye.config.ConfigValue;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the keys of Vault out of the list of keys that are there; each has its value all the same. No extension of Quarkus has them, and of what
 * nobody has Quarkus says at the start that it is ignored, while {@link io.sluice.credentials.VaultAccess} reads them. Loaded as a service.
 */
public final class VaultKeys implements ConfigSourceInterceptor {
    private static final long serialVersionUID = 1L;
    private static final String PREFIX = "quarkus.vault.";

    @Override
    public @Nullable ConfigValue getValue(ConfigSourceInterceptorContext context, String name) {
        return context.proceed(name);
    }

    @Override
    public Iterator<String> iterateNames(ConfigSourceInterceptorContext context) {
        List<String> names = new ArrayList<>();
        context.iterateNames().forEachRemaining(name -> {
            if (!name.startsWith(PREFIX)) {
                names.add(name);
            }
        });
        return names.iterator();
    }
}
