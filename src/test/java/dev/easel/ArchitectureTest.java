package dev.easel;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.time.Clock;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Which package may know which, and what no package may do. */
@AnalyzeClasses(packages = "dev.easel", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {
  private static final String ROOT = "dev.easel";

  /** Every edge that there is between packages, and no other: a new one is a decision. */
  private static final Map<String, Set<String>> ALLOWED =
      Map.ofEntries(
          edges("config"),
          edges("wording"),
          edges("db"),
          edges("net"),
          edges("catalog", "db", "wording"),
          edges("account"),
          edges("ledger", "account", "db"),
          edges("engine", "account", "db"),
          edges("provider", "catalog"),
          edges("provider.*", "asset", "catalog", "net", "provider"),
          edges("asset", "account", "net", "wording"),
          edges("webhook", "account", "db", "engine", "net"),
          edges(
              "task",
              "account",
              "asset",
              "catalog",
              "db",
              "engine",
              "ledger",
              "provider",
              "webhook"),
          edges("api", "account", "asset", "catalog", "db", "net", "provider", "task", "wording"),
          edges("api.dialect.*", "api", "asset", "catalog", "task", "wording"),
          edges("api.document"),
          edges(
              "api.extra",
              "account",
              "api",
              "api.dialect.*",
              "catalog",
              "db",
              "ledger",
              "net",
              "task",
              "webhook",
              "wording"),
          edges(
              "api.mcp", "api", "asset", "catalog", "db", "ledger", "provider", "task", "wording"),
          edges(
              "cli", "account", "asset", "catalog", "config", "db", "engine", "ledger", "net",
              "task", "webhook"),
          edges("cli.bench", "account", "catalog", "db", "engine", "ledger"));

  private static Map.Entry<String, Set<String>> edges(String from, String... to) {
    return Map.entry(from, Set.of(to));
  }

  /** The feature that a class belongs to: adapters are one, and so are dialects. */
  private static String feature(JavaClass type) {
    String name = type.getPackageName();
    String inside = name.equals(ROOT) ? "" : name.substring(ROOT.length() + 1);
    return inside
        .replaceFirst("^provider\\..+", "provider.*")
        .replaceFirst("^api\\.dialect\\..+", "api.dialect.*");
  }

  private static boolean isOurs(JavaClass type) {
    return (type.getPackageName() + ".").startsWith(ROOT + ".");
  }

  /** The root package alone knows everybody: it puts the node together. */
  @ArchTest
  static final ArchRule everyEdgeIsInTheTable =
      classes()
          .that(describe("are below the root package", type -> !feature(type).isEmpty()))
          .should(
              new ArchCondition<JavaClass>("only know the packages that the table allows") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                  String from = feature(type);
                  Set<String> allowed = ALLOWED.getOrDefault(from, Set.of());
                  for (Dependency edge : type.getDirectDependenciesFromSelf()) {
                    JavaClass target = edge.getTargetClass().getBaseComponentType();
                    if (isOurs(target)) {
                      String to = feature(target);
                      boolean known = to.equals(from) || allowed.contains(to);
                      events.add(
                          new SimpleConditionEvent(
                              edge, known, from + " -> " + to + ": " + edge.getDescription()));
                    }
                  }
                }
              });

  @ArchTest
  static void everyEntryOfTheTableIsUsed(JavaClasses classes) {
    Map<String, Set<String>> real = new TreeMap<>();
    for (JavaClass type : classes) {
      String from = feature(type);
      if (!from.isEmpty()) {
        Set<String> edges = real.computeIfAbsent(from, _ -> new TreeSet<>());
        type.getDirectDependenciesFromSelf().stream()
            .map(edge -> edge.getTargetClass().getBaseComponentType())
            .filter(ArchitectureTest::isOurs)
            .map(ArchitectureTest::feature)
            .filter(to -> !to.equals(from))
            .forEach(edges::add);
      }
    }
    org.assertj.core.api.Assertions.assertThat(real).isEqualTo(ALLOWED);
  }

  @ArchTest
  static final ArchRule packagesFormNoCycles =
      slices().matching("dev.easel.(**)").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule adaptersAndDialectsDoNotKnowEachOther =
      slices().matching("dev.easel.(provider|api.dialect).(*)").should().notDependOnEachOther();

  @ArchTest
  static final ArchRule packagesAreFeatures =
      noClasses()
          .should()
          .resideInAnyPackage(
              "..util..",
              "..utils..",
              "..common..",
              "..impl..",
              "..service..",
              "..dto..",
              "..manager..")
          .because("packages are named after what they are about");

  /**
   * Time comes in through the constructor; only who wires a program takes the real one. Commands
   * ask the database: what they write is compared with what nodes do.
   */
  @ArchTest
  static final ArchRule timeIsInjected =
      noClasses()
          .that()
          .resideOutsideOfPackages(ROOT, ROOT + ".cli.bench..")
          .should()
          .callMethod(Instant.class, "now")
          .orShould()
          .callMethod(InstantSource.class, "system")
          .orShould()
          .callMethod(System.class, "currentTimeMillis")
          .orShould(
              new ArchCondition<JavaClass>("ask a java.time class or a Clock for the real time") {
                @Override
                public void check(JavaClass type, ConditionEvents events) {
                  type.getMethodCallsFromSelf().stream()
                      .filter(call ->
                          call.getTargetOwner().getPackageName().equals("java.time")
                              && (call.getName().equals("now")
                                  || (call.getTargetOwner().isEquivalentTo(Clock.class)
                                      && call.getName().startsWith("system"))))
                      .forEach(call ->
                          events.add(SimpleConditionEvent.satisfied(call, call.getDescription())));
                }
              })
          .because("an InstantSource is passed to constructors, and commands ask Database.now");

  @ArchTest
  static final ArchRule oneClientGoesOut =
      noClasses()
          .that()
          .resideOutsideOfPackages(ROOT + ".net..", ROOT + ".cli.bench..")
          .should()
          .dependOnClassesThat(
              resideInAnyPackage("org.apache.hc..", "java.net.http..", "sun.net.www.."))
          .because("the address guard is in dev.easel.net");

  @ArchTest
  static final ArchRule helidonStaysAtTheDoor =
      noClasses()
          .that()
          .resideOutsideOfPackages(ROOT + ".api..", ROOT + ".asset..")
          .should()
          .dependOnClassesThat(resideInAPackage("io.helidon.."));

  @ArchTest
  static final ArchRule sqlStaysWithTheTables =
      noClasses()
          .that()
          .resideOutsideOfPackages(sqlPackages())
          .should()
          .dependOnClassesThat(resideInAnyPackage("java.sql..", "javax.sql..", "org.jdbi.."));

  private static String[] sqlPackages() {
    // The root's part in it: it grants the demo account its credits and loads the catalogue.
    return List.of(
            "", ".db", ".account", ".ledger", ".engine", ".task", ".catalog", ".webhook", ".cli..")
        .stream()
        .map(name -> ROOT + name)
        .toArray(String[]::new);
  }
}
