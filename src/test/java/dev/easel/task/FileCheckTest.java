package dev.easel.task;

import static dev.easel.task.ScriptedProvider.produced;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.easel.asset.AssetStore;
import dev.easel.db.Database;
import dev.easel.db.Invariants;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Whatever is planted between rows and files is found, and nothing else. */
@ExtendWith(Invariants.class)
class FileCheckTest {
  private static final Duration GRACE = Duration.ofDays(1);

  private TestHouse house;
  private InstantSource clock;

  @BeforeEach
  void open(Database database) {
    house = new TestHouse(database);
    clock = InstantSource.fixed(Instant.now().plus(GRACE).plusSeconds(60)); // files have real times
  }

  @AfterEach
  void close() {
    house.close();
  }

  /** The names of a task's two files. */
  private List<String> made() {
    Task task = house.accept(house.customer(100), 20, 2);
    house.a.submits(produced(2));
    house.engine.runAll();
    return ((TaskState.Succeeded) house.state(task)).results().stream().map(Asset::name).toList();
  }

  private byte[] content(String name) throws IOException {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    try (AssetStore.Opened file = house.store.open(name).orElseThrow()) {
      file.copy(0, file.bytes(), content);
    }
    return content.toByteArray();
  }

  private void put(String name, byte[] content) throws IOException {
    house.store.put(
        name.substring(0, name.indexOf('.')), new ByteArrayInputStream(content), 1 << 20);
  }

  private List<String> check(boolean deep, boolean repair) throws IOException {
    List<String> found = new ArrayList<>();
    FileCheck.Report report =
        FileCheck.run(
            house.database,
            house.store,
            clock,
            new FileCheck.Options(deep, repair, GRACE),
            finding -> found.add(finding.kind() + " " + finding.name()));
    assertThat(report.findings()).isEqualTo(found.size());
    return found;
  }

  /** Whoever looks at the wrong place must not give up everything. */
  @Test
  void whereThereIsNothingNothingIsRepaired() throws IOException {
    house.execute(
        """
        insert into input (name, account_id, bytes, expires_at, stored_at, sha256)
        select 'in' || lpad(i::text, 16, 'a') || '.png', 1, 1, 'infinity', now(), sha256('')
        from generate_series(1, 10) as i
        """);
    assertThatThrownBy(() -> check(false, true)).hasMessageContaining("nothing is repaired");
    assertThat(check(false, false)).as("and the rows still claim them").hasSize(10);
  }

  @Test
  void whatIsStillBeingStoredIsNoOrphan() throws IOException {
    String name = "abcdefghijklmnopqrstuvwxyz234567.png";
    put(name, ScriptedProvider.pictures(1).getFirst().content());
    assertThat(check(false, false)).containsExactly("no row " + name);
    storing(name);
    assertThat(check(false, true)).isEmpty();
    assertThat(house.store.open(name)).isPresent();
    house.database.transaction(
        tx -> tx.execute("delete from attempt where state = 'storing'")); // it has no task
  }

  /** An attempt of which one output is stored, and another is not yet. */
  private void storing(String name) {
    house.database.transaction(tx ->
        tx.createUpdate(
                """
                insert into attempt (id, task_id, created_at, accepted_at, piece, number, state, channel,
                  upstream_model, upstream_id, look_at, copies)
                values (gen_random_uuid(), gen_random_uuid(), now(), now(), 0, 1, 'storing', 'a', 'm', 'u', now(),
                  jsonb_build_object('until', '2027-01-01T00:00:00Z', 'tries', 1,
                    'copies', jsonb_build_array(jsonb_build_object('name', :name::text))))
                """)
            .bind("name", name)
            .execute());
  }

  @Test
  void whatAgreesIsFine() throws IOException {
    made();
    assertThat(check(true, true)).isEmpty();
  }

  @Test
  void aFileWithoutARowIsFoundAndDeleted() throws IOException {
    String name = made().getFirst();
    put("orphanorphanorphan.png", content(name));
    assertThat(check(false, false)).containsExactly("no row orphanorphanorphan.png");
    assertThat(check(false, true)).containsExactly("no row orphanorphanorphan.png");
    assertThat(check(true, false)).isEmpty();
    assertThat(house.store.open("orphanorphanorphan.png")).isEmpty();
  }

  @Test
  void aFileThatMayStillGetItsRowIsLeft() throws IOException {
    String name = made().getFirst();
    put("orphanorphanorphan.png", content(name));
    clock = InstantSource.system();
    assertThat(check(false, true)).isEmpty();
  }

  @Test
  void aRowWithoutAFileIsFoundAndGivenUp() throws IOException {
    String name = made().getFirst();
    house.store.delete(name);
    assertThat(check(false, true)).containsExactly("no file " + name);
    assertThat(check(false, false)).isEmpty();
  }

  @Test
  void aFlippedByteIsFoundByLookingDeep() throws IOException {
    String name = made().getFirst();
    byte[] content = content(name);
    content[content.length - 1] ^= 1;
    put(name, content);
    assertThat(check(false, false)).isEmpty();
    assertThat(check(true, true)).containsExactly("wrong content " + name);
  }

  @Test
  void aShortFileIsFoundByItsSize() throws IOException {
    String name = made().getFirst();
    byte[] content = content(name);
    put(name, Arrays.copyOf(content, content.length - 1));
    assertThat(check(false, false)).containsExactly("wrong size " + name);
  }

  @Test
  void whatAJobIsAboutToDeleteIsFine() throws IOException {
    made();
    house.execute("update asset set expires_at = created_at");
    Sweeper sweeper = new Sweeper(house.database, clock, house::terms, Optional.empty(), () -> {});
    sweeper.sweep();
    assertThat(check(true, true)).isEmpty();
    house.clock.advance(Duration.between(house.clock.instant(), clock.instant()));
    house.engine.run();
    assertThat(check(true, true)).isEmpty();
  }

  @Test
  void aPictureThatNeverArrivedIsNoFinding() throws IOException {
    house.execute(
        "insert into input (name, account_id, bytes, expires_at) values ('inaaaaaaaaaaaaaaaa.png', 1, 1, 'infinity')");
    assertThat(check(true, true)).isEmpty();
    house.execute("update input set stored_at = now(), sha256 = sha256('')");
    assertThat(check(true, true)).containsExactly("no file inaaaaaaaaaaaaaaaa.png");
    assertThat(check(true, true)).isEmpty();
  }
}
