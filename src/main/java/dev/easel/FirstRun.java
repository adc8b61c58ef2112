package dev.easel;

import dev.easel.account.Account;
import dev.easel.account.Accounts;
import dev.easel.account.Key;
import dev.easel.account.KeySecret;
import dev.easel.account.Keys;
import dev.easel.account.Passwords;
import dev.easel.db.Database;
import dev.easel.engine.WorkLimits;
import dev.easel.ledger.Ledger;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import org.jdbi.v3.core.Handle;

/**
 * What a database without accounts gets: an operator, and a demo account whose key works at once.
 */
record FirstRun(String operatorPassword, KeySecret demoKey) {
  static final String OPERATOR = "operator";
  static final String DEMO = "demo";
  static final long DEMO_CREDITS = 1_000;
  private static final String FILE = "first-run.txt";

  /**
   * Creates the accounts unless there are any. The secrets are in the file before they are in the
   * database, so that no crash can lose them.
   */
  static Optional<FirstRun> ofEmpty(
      Database database, Path data, OptionalInt runningPerAccount, Instant now) throws IOException {
    if (database.read(tx -> !Accounts.all(tx).isEmpty())) {
      return Optional.empty();
    }
    FirstRun first = new FirstRun(KeySecret.random().text().substring(3, 23), KeySecret.random());
    first.writeTo(data);
    String passwordHash = Passwords.hash(first.operatorPassword);
    return database.transaction(tx -> first.create(tx, passwordHash, runningPerAccount, now))
        ? Optional.of(first)
        : Optional.empty();
  }

  private boolean create(
      Handle tx, String passwordHash, OptionalInt runningPerAccount, Instant now) {
    Optional<Account> operator = Accounts.create(tx, OPERATOR, Account.Role.OPERATOR, now);
    if (operator.isEmpty()) {
      return false; // another node was first
    }
    Accounts.setPasswordHash(tx, operator.get().id(), passwordHash);
    Account demo = Accounts.create(tx, DEMO, Account.Role.CUSTOMER, now).orElseThrow();
    runningPerAccount.ifPresent(cap -> WorkLimits.set(tx, WorkLimits.ofAccount(demo.id()), cap));
    Keys.create(tx, demo.id(), "first key", demoKey, Key.Rules.NONE, now);
    try {
      Ledger.credit(tx.getConnection(), demo.id(), DEMO_CREDITS, "grant: first start", now);
    } catch (SQLException failed) {
      throw new IllegalStateException("cannot grant the demo account its credits", failed);
    }
    return true;
  }

  private void writeTo(Path data) throws IOException {
    Files.createDirectories(data);
    Path file = data.resolve(FILE);
    Path part =
        Files.createTempFile(
            data,
            FILE,
            ".part",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(
        part,
        """
        operator password: %s
        demo API key:      %s
        """
            .formatted(operatorPassword, demoKey.text()));
    Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /** What the operator reads once: the secrets, and two commands that work as printed. */
  String announcement(String publicUrl) {
    return """

    First start: an operator and a demo account were created.
      operator password  %1$s
      demo API key       %2$s   (%3$d credits)
    Both are kept in first-run.txt in the data directory.

    Make a first image; the answer has its task_id:
      curl -sS %4$s/api/v1/tasks/create -H 'Authorization: Bearer %2$s' -H 'Content-Type: application/json' -d '{"model_id":"gpt-image-2","prompt":"a serene zen garden at sunrise","aspect_ratio":"16:9"}'
    Then read the task; the answer has its image_url:
      curl -sS -H 'Authorization: Bearer %2$s' '%4$s/api/v1/tasks/TASK_ID?wait=30'
    """
        .formatted(operatorPassword, demoKey.text(), DEMO_CREDITS, publicUrl);
  }
}
