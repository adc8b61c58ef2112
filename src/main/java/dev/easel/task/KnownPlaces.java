package dev.easel.task;

import dev.easel.asset.AssetPlace;
import dev.easel.db.Database;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/**
 * The places in which the files of a database are, known by the ids that they carry. A node whose
 * directory is not the one that the others share would answer for files that it does not have: it
 * does not start.
 */
public final class KnownPlaces {
  private KnownPlaces() {}

  /**
   * Makes sure that {@code place} is one of those of {@code database}. The first of all is; another
   * is when files move between it and {@code also}, which is.
   *
   * @throws AssetPlace.CannotOpen when it is not
   * @throws IOException when an id cannot be read or written
   */
  public static void check(
      Database database, AssetPlace place, Optional<AssetPlace> also, Instant now)
      throws AssetPlace.CannotOpen, IOException {
    UUID id = place.mark(UUID.randomUUID());
    if (also.isPresent()) {
      UUID second = also.get().mark(UUID.randomUUID());
      if (isAdmitted(database, id, place.location(), second, now)
          && isAdmitted(database, second, also.get().location(), id, now)) {
        return;
      }
    } else if (isAdmitted(database, id, place.location(), id, now)) {
      return;
    }
    throw foreign(database, place);
  }

  /**
   * Makes sure, without getting to know it, that files of {@code database} are at {@code place}:
   * before anything is deleted there or because of what is there.
   *
   * @throws AssetPlace.CannotOpen when nodes have used places, and it is none of them
   * @throws IOException when its id cannot be read
   */
  public static void require(Database database, AssetPlace place)
      throws AssetPlace.CannotOpen, IOException {
    UUID id = place.mark(UUID.randomUUID());
    if (!database.read(tx -> isKnown(tx, id) || locations(tx).isEmpty())) {
      throw foreign(database, place);
    }
  }

  private static AssetPlace.CannotOpen foreign(Database database, AssetPlace place) {
    return new AssetPlace.CannotOpen(
        ("assets: %s is not where this database's files are, which is %s; every node has to use the"
                + " same place. To move files, give the other as assets.also")
            .formatted(
                place.location(), String.join(" or ", database.read(KnownPlaces::locations))));
  }

  /** No file is at {@code place} any more: a node that would start there would find none. */
  public static void forget(Database database, AssetPlace place) throws IOException {
    UUID id = place.mark(UUID.randomUUID());
    database.transaction(
        tx -> tx.createUpdate("delete from asset_place where id = :id").bind("id", id).execute());
  }

  private static boolean isAdmitted(
      Database database, UUID id, String location, UUID neighbour, Instant now) {
    return database.transaction(tx -> {
      // Two nodes that start at once must not both be the first.
      tx.execute("lock table asset_place in share row exclusive mode");
      return isKnown(tx, id) || insert(tx, id, location, neighbour, now);
    });
  }

  private static boolean isKnown(Handle tx, UUID id) {
    return tx.createQuery("select exists (select from asset_place where id = :id)")
        .bind("id", id)
        .mapTo(Boolean.class)
        .one();
  }

  private static boolean insert(Handle tx, UUID id, String location, UUID neighbour, Instant now) {
    return tx.createUpdate(
                """
                insert into asset_place (id, location, first_used_at)
                select :id, :location, :now
                where not exists (select from asset_place)
                   or exists (select from asset_place where id = :neighbour)
                """)
            .bind("id", id)
            .bind("location", location)
            .bind("now", now)
            .bind("neighbour", neighbour)
            .execute()
        > 0;
  }

  private static List<String> locations(Handle tx) {
    return tx.createQuery("select location from asset_place order by first_used_at")
        .mapTo(String.class)
        .list();
  }
}
