package dev.easel.task;

import java.util.HexFormat;
import java.util.Optional;
import org.jdbi.v3.core.Handle;

/** What stored files were like when they were stored, as their rows have it. */
public final class StoredSums {
  private StoredSums() {}

  /** The SHA-256 of the file of that name, in hexadecimal; empty when nothing has it. */
  public static Optional<String> sha256(Handle tx, String name) {
    return tx.createQuery(
            """
            select sha256 from asset where name = :name
            union all
            select sha256 from input where name = :name
            """)
        .bind("name", name)
        .mapTo(byte[].class)
        .findFirst()
        .map(HexFormat.of()::formatHex);
  }
}
