package dev.easel.webhook;

import dev.easel.account.AccountId;
import java.time.Instant;
import java.util.UUID;
import org.jdbi.v3.core.Handle;

/** Deliveries and endpoints that go: because they are old, or with their account. */
public final class DeliveryRemovals {
  private DeliveryRemovals() {}

  /** Deletes what {@code account} is told news by: its endpoints, and its key for callbacks. */
  public static void removeReceivers(Handle tx, AccountId account) {
    tx.execute("delete from webhook_endpoint where account_id = ?", account.value());
    tx.execute("delete from webhook_key where account_id = ?", account.value());
  }

  /**
   * Deletes deliveries of {@code account} that are over, with their tries; what is pending has a
   * job, which ends it.
   *
   * @return how many; fewer than {@code most} when no more are left
   */
  public static int removeFinished(Handle tx, AccountId account, int most) {
    return tx.createQuery(
            """
            with part as materialized (
              select id from delivery where account_id = :account and state <> 'pending'
              order by id limit :most for update skip locked
            ), tries as (
              delete from delivery_try using part where delivery_id = part.id
            ), gone as (
              delete from delivery using part where delivery.id = part.id
            )
            select count(*) from part
            """)
        .bind("account", account.value())
        .bind("most", most)
        .mapTo(Integer.class)
        .one();
  }

  /**
   * Deletes deliveries of before {@code end} that are over, with their tries. Their ids are in the
   * order of time, so that nothing is looked at twice; one that is pending by then was asked for
   * over again: it is passed over and stays.
   *
   * @return how many were looked at
   */
  public static int removeOld(Handle tx, Instant end, int most) {
    return tx.createQuery(
            """
            with old as materialized (
              select delivery.id from delivery, sweep
              where delivery.id > deliveries_until and delivery.id < :end order by delivery.id limit :most
            ), ended as materialized (
              select delivery.id from delivery join old using (id) where state <> 'pending'
              order by delivery.id for update of delivery skip locked
            ), tries as (
              delete from delivery_try using ended where delivery_id = ended.id
            ), gone as (
              delete from delivery using ended where delivery.id = ended.id
            ), moved as (
              update sweep set deliveries_until = (select id from old order by id desc limit 1)
              where exists (select from old)
            )
            select count(*) from old
            """)
        .bind("end", new UUID(end.toEpochMilli() << 16, 0))
        .bind("most", most)
        .mapTo(Integer.class)
        .one();
  }
}
