package dev.easel.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.task.Audit;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives tests a {@link Database} of their own and audits it after every test: whatever was done,
 * every promise about money and tasks must still hold.
 *
 * <p>A database that a test method asks for is that test's alone; one that the constructor asks for
 * is shared by the tests of the class.
 */
public final class Invariants implements ParameterResolver, AfterEachCallback {
  private static final ExtensionContext.Namespace OURS =
      ExtensionContext.Namespace.create(Invariants.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Database.class;
  }

  @Override
  public Database resolveParameter(ParameterContext parameter, ExtensionContext context) {
    // Closed with the context in whose store it is.
    return context
        .getStore(OURS)
        .computeIfAbsent(Database.class, _ -> TestDatabase.create(), Database.class);
  }

  @Override
  public void afterEach(ExtensionContext context) {
    Database database = context.getStore(OURS).get(Database.class, Database.class);
    if (database != null) {
      assertThat(database.snapshot(Audit::run).violations())
          .as("what the audit finds after the test")
          .isEmpty();
    }
  }
}
