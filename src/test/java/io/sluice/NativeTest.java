package io.sluice;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.google.protobuf.Message;
import com.google.protobuf.ProtocolMessageEnum;
import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.quarkus.vault.client.common.VaultModel;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.reflect.Field;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/**
 * What a native program needs to be told, is told: it holds no class, member or resource that is only named at run time, unless it was
 * registered. {@code StartIT} looks at the same from a running gateway.
 */
class NativeTest {
    private static final Path RESOURCES = Path.of("src/main/resources");
    private static final Path REGISTERED =
            RESOURCES.resolve("META-INF/native-image/io.sluice/sluice/reflect-config.json");

    /** Vault's answers that the client may meet here: logins, unwrapping, any secret, leases. */
    private static final String[] VAULT = {
        "io.quarkus.vault.client.common",
        "io.quarkus.vault.client.api.common",
        "io.quarkus.vault.client.api.auth",
        "io.quarkus.vault.client.api.sys.leases",
        "io.quarkus.vault.client.api.sys.wrapping",
        "io.quarkus.vault.client.api.secrets.kv1",
        "io.quarkus.vault.client.api.secrets.kv2"
    };

    /** The messages of Envoy's service and of gRPC's health. */
    private static final String[] MESSAGES = {
        "io.envoyproxy.envoy.service.ratelimit.v3",
        "io.envoyproxy.envoy.extensions.common.ratelimit.v3",
        "io.grpc.health.v1"
    };

    private static final JavaClasses OURS = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("/test-classes/"))
            .importPackages("io.sluice");

    private static final Pattern SET = Pattern.compile("System\\.setProperty\\(\"([^\"]+)\", \"([^\"]+)\"\\)");

    private final Set<String> registered = registered();

    @Test
    void no_class_or_member_is_looked_up_by_name_and_none_is_made_at_run_time() {
        noClasses()
                .should()
                .accessTargetWhere(on(Class.class, "forName|newInstance|get(Declared)?(Method|Field|Constructor)s?"))
                .orShould()
                .accessTargetWhere(on(ClassLoader.class, "loadClass|defineClass|findClass|getSystemResource.*"))
                .orShould()
                .accessTargetWhere(on(java.lang.reflect.Method.class, ".*"))
                .orShould()
                .accessTargetWhere(on(java.lang.reflect.Constructor.class, ".*"))
                .orShould()
                .accessTargetWhere(on(java.lang.reflect.Proxy.class, ".*"))
                .orShould()
                .accessTargetWhere(on(java.lang.invoke.MethodHandles.Lookup.class, "define.*|find.*"))
                .orShould()
                .accessTargetWhere(on(java.util.ServiceLoader.class, ".*"))
                .orShould()
                .accessTargetWhere(on(java.io.ObjectInputStream.class, ".*"))
                .orShould()
                .accessTargetWhere(on(io.vertx.core.json.JsonObject.class, "mapTo|mapFrom"))
                .orShould()
                .accessTargetWhere(on(io.vertx.core.json.Json.class, "decodeValue"))
                .check(OURS);
    }

    @Test
    void every_resource_is_in_the_program() throws IOException {
        List<PathMatcher> included = Stream.of(properties()
                        .getProperty("quarkus.native.resources.includes")
                        .split(","))
                .map(glob -> FileSystems.getDefault().getPathMatcher("glob:" + glob.strip()))
                .toList();
        List<Path> read = new ArrayList<>(List.of(Path.of("META-INF/maven/io.sluice/sluice/pom.properties")));
        for (String folder : List.of("io", "META-INF/services")) {
            read.addAll(files(folder));
        }
        assertTrue(read.size() > 10, read::toString);
        assertEquals(
                List.of(),
                read.stream()
                        .filter(path -> included.stream().noneMatch(glob -> glob.matches(path)))
                        .toList());
        Set<String> readers = new TreeSet<>();
        for (JavaClass type : OURS) {
            type.getAccessesFromSelf().stream()
                    .filter(on(Class.class, "getResource.*"))
                    .forEach(access -> readers.add(type.getSimpleName()));
        }
        // Each of them reads from the folders above; another one has to be looked at.
        assertEquals(Set.of("CacheScripts", "Idempotency", "Script", "Version"), readers);
    }

    /** A class that reads one of them when it is initialised has read it before Main runs, while the program was compiled. */
    @Test
    void every_system_property_that_main_sets_is_set_for_the_compiler_too() throws IOException {
        List<String> set = SET.matcher(Files.readString(Path.of("src/main/java/io/sluice/boot/Main.java")))
                .results()
                .map(found -> "-J-D" + found.group(1) + "=" + found.group(2))
                .toList();
        assertFalse(set.isEmpty());
        assertEquals(
                set,
                List.of(properties()
                        .getProperty("quarkus.native.additional-build-args")
                        .split(",")));
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName("io.sluice.boot.Main")
                .should()
                .accessTargetWhere(on(System.class, "setPropert(y|ies)"))
                .check(OURS);
    }

    @Test
    void every_provider_of_a_service_is_registered() throws IOException {
        Set<String> providers = new TreeSet<>();
        for (Path service : files("META-INF/services")) {
            providers.addAll(Files.readAllLines(RESOURCES.resolve(service)));
        }
        assertFalse(providers.isEmpty());
        providers.removeAll(registered);
        assertEquals(Set.of(), providers);
    }

    @Test
    void every_class_of_the_command_line_is_registered() {
        assertEquals(
                Set.of(),
                unregistered(OURS.stream()
                        .filter(type -> type.isAssignableTo(CommandLine.IVersionProvider.class)
                                || Stream.concat(
                                                type.getAnnotations().stream(),
                                                type.getMembers().stream()
                                                        .flatMap(member -> member.getAnnotations().stream()))
                                        .anyMatch(a -> a.getRawType().getName().startsWith("picocli.")))));
    }

    /** Caffeine names the classes of a cache by its options: whoever makes another one adds its options here. */
    @Test
    void the_caches_are_those_whose_classes_are_registered() throws ReflectiveOperationException {
        Set<String> makers = new TreeSet<>();
        for (JavaClass type : OURS) {
            type.getAccessesFromSelf().stream()
                    .filter(on(Caffeine.class, "newBuilder"))
                    .forEach(access -> makers.add(type.getSimpleName()));
        }
        assertEquals(
                Set.of("Denials", "MemoryLimitStore", "NearCache", "Passes", "SelectingFields", "TokenVerifier"),
                makers);
        Set<String> made = new TreeSet<>();
        made(made, Caffeine.newBuilder().maximumSize(1));
        made(made, Caffeine.newBuilder().maximumSize(1).expireAfterWrite(Duration.ofDays(1)));
        made(
                made,
                Caffeine.newBuilder().maximumSize(1).expireAfter(Expiry.writing((key, value) -> Duration.ofDays(1))));
        made(made, Caffeine.newBuilder().maximumWeight(1).weigher((key, value) -> 1));
        made(
                made,
                Caffeine.newBuilder()
                        .maximumWeight(1)
                        .weigher((key, value) -> 1)
                        .expireAfterWrite(Duration.ofDays(1)));
        String caffeine = Caffeine.class.getPackageName();
        assertEquals(
                made,
                registered.stream()
                        .filter(name -> name.startsWith(caffeine))
                        .collect(Collectors.toCollection(TreeSet::new)));
    }

    /** Which classes Caffeine makes such a cache and its entries of, with those that they extend and that have names like theirs. */
    private static void made(Set<String> made, Caffeine<Object, Object> options) throws ReflectiveOperationException {
        Object shown = options.build();
        Object cache = field(shown, "cache");
        for (Object one : List.of(cache, field(cache, "nodeFactory"))) {
            for (Class<?> type = one.getClass(); type.getSimpleName().matches("[A-Z]+"); type = type.getSuperclass()) {
                made.add(type.getName());
            }
        }
    }

    private static Object field(Object of, String name) throws ReflectiveOperationException {
        Class<?> type = of.getClass();
        while (Stream.of(type.getDeclaredFields())
                .noneMatch(field -> field.getName().equals(name))) {
            type = type.getSuperclass();
        }
        Field field = type.getDeclaredField(name);
        field.setAccessible(true);
        return field.get(of);
    }

    @Test
    void every_document_of_vault_that_jackson_makes_is_registered() {
        assertEquals(Set.of(), unregistered(classes(VAULT).filter(assignableTo(VaultModel.class))));
    }

    @Test
    void every_message_of_grpc_is_registered() {
        assertEquals(
                Set.of(),
                unregistered(classes(MESSAGES)
                        .filter(assignableTo(Message.class)
                                .or(assignableTo(Message.Builder.class))
                                .or(assignableTo(ProtocolMessageEnum.class)))));
    }

    @Test
    void what_is_registered_exists() {
        assertTrue(registered.size() > 100, registered::toString);
        assertEquals(
                Set.of(),
                registered.stream()
                        .filter(name -> {
                            try {
                                Class.forName(name, false, getClass().getClassLoader());
                                return false;
                            } catch (ClassNotFoundException gone) {
                                return true;
                            }
                        })
                        .collect(Collectors.toSet()));
    }

    private static Properties properties() throws IOException {
        Properties properties = new Properties();
        try (var in = Files.newInputStream(RESOURCES.resolve("application.properties"))) {
            properties.load(in);
        }
        return properties;
    }

    private static List<Path> files(String folder) throws IOException {
        try (Stream<Path> files = Files.walk(RESOURCES.resolve(folder))) {
            return files.filter(Files::isRegularFile).map(RESOURCES::relativize).toList();
        }
    }

    private static Stream<JavaClass> classes(String... packages) {
        return new ClassFileImporter().importPackages(packages).stream();
    }

    private Set<String> unregistered(Stream<JavaClass> needed) {
        Set<String> names = needed.filter(type -> !type.getModifiers().contains(JavaModifier.SYNTHETIC))
                .map(JavaClass::getName)
                .collect(Collectors.toCollection(TreeSet::new));
        assertTrue(!names.isEmpty());
        names.removeAll(registered);
        return names;
    }

    private static DescribedPredicate<JavaAccess<?>> on(Class<?> type, String name) {
        return DescribedPredicate.describe(
                type.getSimpleName() + "." + name,
                access -> access.getTargetOwner().isAssignableTo(type)
                        && access.getName().matches(name));
    }

    private static Set<String> registered() {
        try {
            return new JsonArray(Files.readString(REGISTERED))
                    .stream()
                            .map(entry -> ((JsonObject) entry).getString("name"))
                            .collect(Collectors.toCollection(TreeSet::new));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
