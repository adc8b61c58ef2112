package dev.easel.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.easel.account.AccountId;
import dev.easel.account.FileKind;
import dev.easel.account.FileTerms;
import dev.easel.asset.AssetNames;
import dev.easel.asset.AssetStore;
import dev.easel.asset.ImageFetcher;
import dev.easel.asset.Inputs;
import dev.easel.asset.MasterKey;
import dev.easel.asset.OwnFiles;
import dev.easel.asset.Picture;
import dev.easel.db.Database;
import dev.easel.db.Invariants;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What customers send has a row before it has a file, and none after. */
@ExtendWith(Invariants.class)
class FileRegisterTest {
  private static final Duration KEPT = Duration.ofDays(7);
  private static final AccountId ACCOUNT = new AccountId(1);

  private TestHouse house;
  private FileRegister register;
  private Inputs inputs;
  private Sweeper sweeper;

  @BeforeEach
  void open(Database database) {
    house = new TestHouse(database);
    house.terms(
        new FileTerms(Map.of(FileKind.INPUT, KEPT), OptionalLong.of(1_000), Optional.empty()));
    register = new FileRegister(database, house::terms, house.clock);
    sweeper = new Sweeper(database, house.clock, house::terms, Optional.empty(), () -> {});
    inputs =
        new Inputs(
            house.store,
            new AssetNames(MasterKey.parse("00".repeat(32))),
            new OwnFiles(() -> "", house.store),
            ImageFetcher.Limits.DEFAULT,
            register);
  }

  @AfterEach
  void close() {
    house.close();
  }

  private Picture picture(int width) throws IOException {
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    ImageIO.write(new BufferedImage(width, 1, BufferedImage.TYPE_INT_RGB), "png", png);
    Inputs.Looked looked = inputs.look(ACCOUNT, png.toByteArray());
    return ((Inputs.Looked.Good) looked).picture();
  }

  private boolean isThere(Picture picture) throws IOException {
    Optional<AssetStore.Opened> opened = house.store.open(picture.name());
    if (opened.isPresent()) {
      opened.get().close();
    }
    return opened.isPresent();
  }

  private long rows(String where) {
    return house.database.read(
        tx -> tx.createQuery("select count(*) from input where " + where).mapTo(Long.class).one());
  }

  @Test
  void theRowClaimsTheFileOnceItIsThere() throws IOException {
    Picture picture = picture(3);
    register.expect(ACCOUNT, List.of(picture)); // and the node dies
    assertThat(rows("stored_at is null")).isEqualTo(1);
    assertThat(isThere(picture)).isFalse();
    inputs.store(ACCOUNT, List.of(picture));
    assertThat(rows("stored_at is not null and octet_length(sha256) = 32")).isEqualTo(1);
    assertThat(isThere(picture)).isTrue();
  }

  @Test
  void whatIsSentAgainIsKeptAnew() throws IOException {
    Picture picture = picture(3);
    inputs.store(ACCOUNT, List.of(picture));
    house.clock.advance(KEPT.minusSeconds(1));
    inputs.store(ACCOUNT, List.of(picture, picture(4)));
    house.clock.advance(Duration.ofSeconds(1));
    sweeper.step();
    house.engine.run();
    assertThat(isThere(picture)).isTrue();
    house.clock.advance(KEPT);
    sweeper.step();
    house.engine.run();
    assertThat(isThere(picture)).isFalse();
    assertThat(rows("true")).isZero();
  }

  @Test
  void whatIsSentAgainWhileItIsDeletedIsThereAfterwards() throws Exception {
    Picture picture = picture(3);
    inputs.store(ACCOUNT, List.of(picture));
    house.clock.advance(KEPT);
    sweeper.step();
    CountDownLatch deleting = new CountDownLatch(1);
    CountDownLatch refused = new CountDownLatch(1);
    house.store.beforeDeleting(_ -> {
      deleting.countDown();
      try {
        assertThat(refused.await(30, TimeUnit.SECONDS)).isTrue();
      } catch (InterruptedException interrupted) {
        throw new IOException(interrupted);
      }
    });
    Thread removal = Thread.startVirtualThread(house.engine::run);
    assertThat(deleting.await(30, TimeUnit.SECONDS)).isTrue();
    Thread again = Thread.startVirtualThread(() -> inputs.store(ACCOUNT, List.of(picture)));
    while (again.getState() != Thread.State.TIMED_WAITING) {
      Thread.onSpinWait(); // it has seen that the file is being deleted, or is about to
    }
    refused.countDown();
    removal.join();
    again.join();
    assertThat(isThere(picture)).isTrue();
    assertThat(rows("stored_at is not null and gone_at is null")).isEqualTo(1);
  }

  @Test
  void whoHasStoredAsMuchAsTheQuotaIsFull() throws IOException {
    assertThat(register.full(ACCOUNT)).isEmpty();
    house.execute(
        "insert into input (name, account_id, bytes, expires_at) values ('x.png', 1, 999, 'infinity')");
    assertThat(register.used(ACCOUNT)).isEqualTo(999);
    inputs.store(ACCOUNT, List.of(picture(2)));
    FileRegister fresh = new FileRegister(house.database, house::terms, house.clock);
    assertThat(fresh.full(ACCOUNT)).map(FileRegister.Full::quota).contains(1_000L);
    assertThat(fresh.full(new AccountId(2))).isEmpty();
    house.execute("update input set gone_at = expires_at");
    assertThat(fresh.used(ACCOUNT)).isZero();
  }
}
