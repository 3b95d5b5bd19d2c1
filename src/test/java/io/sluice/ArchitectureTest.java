package io.sluice;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.syntax.elements.ClassesShould;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the table of rooms in CONTRIBUTING.md: who may import whom. */
class ArchitectureTest {
    private static final JavaClasses CLASSES = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .withImportOption(location -> !location.contains("/test-classes/"))
            .importPackages("io.sluice");

    private static final String[] PURE = {"io.sluice.limit..", "io.sluice.cache..", "io.sluice.client.."};

    /** What every class may use: the language, and annotations that are gone or inert at run time. */
    private static final String[] EVERYWHERE = {"java..", "org.jspecify.annotations.."};

    @Test
    void no_two_rooms_depend_on_each_other() {
        holds(slices().matching("io.sluice.(*)..").should().beFreeOfCycles());
    }

    @Test
    void limits_and_the_cache_know_the_language_mutiny_and_caffeine_only() {
        for (String room : List.of("io.sluice.limit..", "io.sluice.cache..")) {
            holds(only(room, room, "io.smallrye.mutiny..", "com.github.benmanes.caffeine.."));
        }
    }

    @Test
    void naming_a_client_needs_the_language_only() {
        holds(only("io.sluice.client..", "io.sluice.client.."));
    }

    @Test
    void origins_know_no_other_room() {
        holds(rooms("io.sluice.origin..", "io.sluice.origin.."));
    }

    @Test
    void routes_know_the_pure_rooms_and_the_port_to_origins() {
        holds(rooms("io.sluice.route..", with("io.sluice.route..", "io.sluice.origin")));
    }

    @Test
    void the_gateway_knows_origins_by_their_port_only() {
        holds(rooms(
                "io.sluice.gateway..",
                with("io.sluice.gateway..", "io.sluice.route..", "io.sluice.telemetry..", "io.sluice.origin")));
    }

    @Test
    void redis_knows_the_ports_it_fulfils_only() {
        holds(rooms("io.sluice.redis..", "io.sluice.redis..", "io.sluice.limit..", "io.sluice.cache.."));
    }

    @Test
    void the_configuration_knows_what_it_compiles_to() {
        holds(rooms(
                "io.sluice.config..",
                with(
                        "io.sluice.config..",
                        "io.sluice.route..",
                        "io.sluice.origin..",
                        "io.sluice.token..",
                        "io.sluice.credentials..")));
    }

    @Test
    void tokens_know_who_asks_for_their_claims_only() {
        holds(only(
                "io.sluice.token..",
                "io.sluice.token..",
                "io.sluice.client..",
                "org.jose4j..",
                "com.github.benmanes.caffeine.."));
    }

    @Test
    void credentials_know_no_other_room_and_only_configuration_and_boot_know_them() {
        holds(rooms("io.sluice.credentials..", "io.sluice.credentials.."));
        holds(outside("io.sluice.credentials..", "io.sluice.config..", "io.sluice.boot..")
                .dependOnClassesThat()
                .resideInAPackage("io.sluice.credentials.."));
    }

    @Test
    void only_credentials_name_vault() {
        holds(outside("io.sluice.credentials..").dependOnClassesThat().resideInAnyPackage("io.quarkus.vault.."));
    }

    @Test
    void endpoints_know_the_gateway_the_port_to_origins_and_the_pure_rooms() {
        holds(rooms(
                "io.sluice.api..",
                with("io.sluice.api..", "io.sluice.gateway..", "io.sluice.route..", "io.sluice.origin")));
    }

    @Test
    void only_the_admin_room_names_grpc() {
        holds(outside("io.sluice.admin..")
                .dependOnClassesThat()
                .resideInAnyPackage("io.grpc..", "io.envoyproxy..", "io.vertx.grpc.."));
    }

    @Test
    void telemetry_knows_outcomes_of_the_pure_rooms_only() {
        holds(rooms("io.sluice.telemetry..", with("io.sluice.telemetry..")));
    }

    @Test
    void the_command_line_knows_the_configuration_and_no_server() {
        holds(rooms("io.sluice.cli..", with("io.sluice.cli..", "io.sluice.config..", "io.sluice.origin.postgres..")));
    }

    @Test
    void only_the_redis_room_names_the_redis_client() {
        // boot hands the client over, which Quarkus makes.
        holds(outside("io.sluice.redis..", "io.sluice.boot..")
                .dependOnClassesThat()
                .resideInAnyPackage("io.vertx.redis..", "io.vertx.mutiny.redis..", "io.quarkus.redis.."));
        holds(noClasses()
                .that()
                .resideInAPackage("io.sluice.boot..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("io.vertx.redis..", "io.vertx.mutiny.redis..")
                        .and(not(named("io.vertx.redis.client.Redis", "io.vertx.redis.client.RedisOptions")))));
    }

    @Test
    void only_the_postgres_room_names_the_sql_client() {
        // boot hands the pool over, which Quarkus makes.
        String[] sql = {
            "io.vertx.sqlclient..", "io.vertx.pgclient..", "io.vertx.mutiny.sqlclient..", "io.quarkus.reactive.."
        };
        holds(outside("io.sluice.origin.postgres..", "io.sluice.boot..")
                .dependOnClassesThat()
                .resideInAnyPackage(sql));
        holds(noClasses()
                .that()
                .resideInAPackage("io.sluice.boot..")
                .should()
                .dependOnClassesThat(resideInAnyPackage("io.vertx.sqlclient..", "io.vertx.pgclient..")
                        .and(not(named("io.vertx.sqlclient.Pool")))));
    }

    @Test
    void only_boot_puts_redis_in() {
        holds(outside("io.sluice.redis..", "io.sluice.boot..")
                .dependOnClassesThat()
                .resideInAPackage("io.sluice.redis.."));
    }

    @ParameterizedTest
    @ValueSource(strings = {"io.sluice.boot..", "io.sluice.cli..", "io.sluice.admin.."})
    void nobody_but_boot_imports(String room) {
        holds(outside(room, "io.sluice.boot..").dependOnClassesThat().resideInAPackage(room));
    }

    @Test
    void production_code_knows_no_demo() {
        Set<String> names = new TreeSet<>();
        CLASSES.stream()
                .map(JavaClass::getName)
                .filter(n -> n.contains(".demo."))
                .forEach(names::add);
        assertEquals(Set.of(), names);
    }

    @Test
    void every_package_declares_that_null_is_marked() {
        Set<String> unmarked = new TreeSet<>();
        CLASSES.stream()
                .map(JavaClass::getPackage)
                .filter(holder -> !holder.isAnnotatedWith(NullMarked.class))
                .forEach(holder -> unmarked.add(holder.getName()));
        assertFalse(CLASSES.isEmpty());
        assertEquals(Set.of(), unmarked);
    }

    private static String[] with(String... more) {
        return Stream.concat(Stream.of(PURE), Stream.of(more)).toArray(String[]::new);
    }

    /** A pure room: these packages and what is allowed everywhere, nothing else at all. */
    private static ArchRule only(String room, String... allowed) {
        String[] all = Stream.concat(Stream.of(EVERYWHERE), Stream.of(allowed)).toArray(String[]::new);
        return classes()
                .that()
                .resideInAPackage(room)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(all);
    }

    /** Of Sluice these packages only; of others what it likes. */
    private static ArchRule rooms(String room, String... allowed) {
        return noClasses()
                .that()
                .resideInAPackage(room)
                .should()
                .dependOnClassesThat(resideInAPackage("io.sluice..").and(not(resideInAnyPackage(allowed))));
    }

    private static ClassesShould outside(String... rooms) {
        return noClasses().that().resideOutsideOfPackages(rooms).should();
    }

    private static DescribedPredicate<JavaClass> named(String... names) {
        Set<String> all = Set.of(names);
        return DescribedPredicate.describe("named " + all, type -> all.contains(type.getName()));
    }

    /** A room that is still empty breaks no rule. */
    private static void holds(ArchRule rule) {
        rule.allowEmptyShould(true).check(CLASSES);
    }
}
