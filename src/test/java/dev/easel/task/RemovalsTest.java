package dev.easel.task;

import static dev.easel.task.ScriptedProvider.produced;
import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.asset.AssetStore;
import dev.easel.db.Database;
import dev.easel.db.Invariants;
import dev.easel.engine.ManualEngine;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What a customer deletes is gone to the last file, whatever dies or fails on the way. */
@ExtendWith(Invariants.class)
class RemovalsTest {
  private TestHouse house;
  private ManualEngine other;

  @BeforeEach
  void open(Database database) {
    house = new TestHouse(database);
    other = house.engine("node-2", TestHouse.LEASE);
  }

  @AfterEach
  void close() {
    house.close();
  }

  /** A task with two files. */
  private Task made() {
    Task task = house.accept(house.customer(100), 20, 2);
    house.a.submits(produced(2));
    house.engine.runAll();
    return house.snapshots.read(task.request().account(), task.id()).orElseThrow();
  }

  private static List<String> names(Task task) {
    return ((TaskState.Succeeded) task.state()).results().stream().map(Asset::name).toList();
  }

  /** How many of the task's files are there. */
  private long files(Task task) throws IOException {
    long there = 0;
    for (String name : names(task)) {
      Optional<AssetStore.Opened> opened = house.store.open(name);
      if (opened.isPresent()) {
        opened.get().close();
        there++;
      }
    }
    return there;
  }

  private boolean isMarked(Task task) {
    return house.database.read(tx ->
        tx.createQuery("select deleted_at is not null from task where id = :id")
            .bind("id", task.id().value())
            .mapTo(Boolean.class)
            .one());
  }

  private int jobs() {
    return house.database.read(
        tx -> tx.createQuery("select count(*) from job").mapTo(Integer.class).one());
  }

  @Test
  void theFilesFollowTheRow() throws IOException {
    Task task = made();
    assertThat(files(task)).isEqualTo(2);
    house.removals.remove(task);
    assertThat(house.snapshots.read(task.request().account(), task.id())).isEmpty();
    house.engine.run();
    assertThat(files(task)).isZero();
    assertThat(jobs()).isZero();
  }

  @Test
  void aNodeThatDiesAfterTheRowLeavesTheFilesToAnother() throws IOException {
    Task task = made();
    house.removals.remove(task); // and nothing more from this node
    assertThat(isMarked(task)).isTrue();
    assertThat(files(task)).isEqualTo(2);
    other.run();
    assertThat(files(task)).isZero();
    assertThat(jobs()).isZero();
  }

  @Test
  void aNodeThatDiesBetweenTwoFilesLeavesTheOtherToAnother() throws IOException {
    Task task = made();
    String second = names(task).stream().sorted().toList().getLast();
    house.store.beforeDeleting(name -> {
      if (name.equals(second)) {
        throw new AssertionError("the node is killed here: its lease stays as it is");
      }
    });
    house.removals.remove(task);
    house.engine.run();
    assertThat(files(task)).isEqualTo(1);
    house.store.beforeDeleting(_ -> {});
    other.rescue();
    assertThat(other.run()).as("jobs of a node that may still live").isZero();
    house.clock.advance(TestHouse.LEASE.plusSeconds(1));
    other.rescue();
    assertThat(other.run()).isEqualTo(1);
    assertThat(files(task)).isZero();
    assertThat(jobs()).isZero();
  }

  @Test
  void whatCannotBeDeletedNowIsDeletedLater() throws IOException {
    Task task = made();
    house.store.beforeDeleting(_ -> {
      throw new IOException("the disk does not answer");
    });
    house.removals.remove(task);
    house.engine.run();
    house.store.beforeDeleting(_ -> {});
    assertThat(house.engine.run()).as("before its pause is over").isZero();
    assertThat(files(task)).isEqualTo(2);
    house.clock.advance(Duration.ofMinutes(1));
    house.engine.run();
    assertThat(files(task)).isZero();
    assertThat(jobs()).isZero();
  }

  @Test
  void deletingTwiceIsDeletingOnce() throws IOException {
    Task task = made();
    house.removals.remove(task);
    house.removals.remove(task);
    assertThat(jobs()).isEqualTo(1);
    house.engine.run();
    house.removals.remove(task);
    assertThat(jobs()).isZero();
    assertThat(files(task)).isZero();
  }

  @Test
  void whatHasNoFilesNeedsNoJob() {
    Task task = house.accept(house.customer(100));
    house.settlement.cancel(task);
    house.removals.remove(house.snapshots.read(task.request().account(), task.id()).orElseThrow());
    assertThat(isMarked(task)).isTrue();
    assertThat(jobs()).isZero();
  }
}
