package dev.easel.db;

import static java.util.Map.entry;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jdbi.v3.core.Handle;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The database itself refuses what must never be, whatever the program does. */
class SchemaTest {
  /** A row of each table that nothing is wrong with. */
  private static final Map<String, String> GOOD =
      Map.ofEntries(
          entry("account", "created_at = now(), role = 'customer', name = 'good'"),
          entry(
              "api_key",
              """
              account_id = 1, created_at = now(), used_on = current_date, secret_hash = sha256('good'), prefix = 'sk-good', \
              name = 'good', total_limit = 100, daily_limit = 10, used_total = 100, used_today = 10\
              """),
          entry(
              "transfer",
              "account_id = 1, created_at = now(), amount = 1, available_after = 1, held_after = 0, kind = 'credit'"),
          entry(
              "task",
              """
              id = gen_random_uuid(), account_id = 1, key_id = 1, created_at = now(), credits = 10, outputs = 1, \
              state = 'queued', kind = 'image', model = 'm', dialect = 'omni', listing = 'l', parameters = '{}', body = '{}'\
              """),
          entry(
              "attempt",
              """
              id = gen_random_uuid(), task_id = 'b1e0b7a0-0000-7000-8000-000000000001', created_at = now(), look_at = now(), \
              piece = 0, number = 1, state = 'sending', channel = 'a', upstream_model = 'm'\
              """),
          entry(
              "asset",
              """
              task_id = 'b1e0b7a0-0000-7000-8000-000000000001', account_id = 1, created_at = now(), bytes = 1, \
              position = 0, sha256 = sha256('good'), name = 'good', media_type = 'image/png'\
              """),
          entry(
              "job", "subject = gen_random_uuid(), account_id = 1, run_at = now(), kind = 'task'"),
          entry("work_limit", "capacity = 1, scope = 'channel:a'"),
          entry("breaker", "channel = 'a', faults = 0, cause = ''"),
          entry(
              "idempotency",
              """
              account_id = 1, task_id = gen_random_uuid(), created_at = now(), key = 'k', fingerprint = 'f', answer = '{}'\
              """),
          entry(
              "webhook_endpoint",
              """
              id = gen_random_uuid(), account_id = 1, created_at = now(), secret = 'secret', \
              url = 'http://example.com'\
              """),
          entry(
              "delivery",
              """
              id = gen_random_uuid(), account_id = 1, task_id = gen_random_uuid(), created_at = now(), \
              shape = 'event', event = 'task.failed', url = 'http://example.com'\
              """),
          entry(
              "delivery_try",
              """
              delivery_id = gen_random_uuid(), number = 1, started_at = now(), duration_millis = 5, \
              status = 200\
              """),
          entry("input", "account_id = 1, expires_at = now(), bytes = 1, name = 'good'"),
          entry(
              "sweep",
              """
              one = true, tasks_until = gen_random_uuid(), \
              deliveries_until = gen_random_uuid()\
              """),
          entry("account_files", "account_id = 1, keep_image = 0, quota = 0"),
          entry("channel", "created_at = now(), id = 'good', provider = 'p', concurrency = 1"),
          entry("model", "id = 'good', kind = 'image', state = 'on', definition = '{}'"),
          entry(
              "listing",
              "dialect = 'omni', id = 'good', model = 'm', state = 'on', definition = '{}'"),
          entry(
              "route",
              "model = 'm', channel = 'c', upstream_model = 'u', priority = 1, weight = 1"),
          entry(
              "catalog_version",
              "version = 1000, created_at = now(), author = 'a', summary = 's', document = '{}'"),
          entry("catalog_change", "one = true, changes = 1"),
          entry("catalog_default", "kind = 'model', id = 'good', digest = ''"));

  private static final String FINISHED = "started_at = now(), finished_at = now(), ";

  private static Database database;

  @BeforeAll
  static void open() {
    database = TestDatabase.create();
    database.transaction(tx -> {
      insert(tx, "account", "name = 'owner'");
      insert(tx, "api_key", "secret_hash = sha256('owner')");
      insert(tx, "channel", "id = 'c'");
      insert(tx, "model", "id = 'm'");
      return insert(tx, "task", "id = 'b1e0b7a0-0000-7000-8000-000000000001'");
    });
  }

  @AfterAll
  static void close() {
    database.close();
  }

  /** The constraint, its table, and what is wrong with an otherwise good row. */
  static Stream<Arguments> refused() {
    return Stream.of(
        arguments("account_available_not_negative", "account", "available = -1"),
        arguments("account_held_not_negative", "account", "held = -1"),
        arguments("account_role_known", "account", "role = 'root'"),
        arguments("account_name_length", "account", "name = ''"),
        arguments("account_name_length", "account", "name = repeat('x', 101)"),
        arguments("account_name_key", "account", "name = 'owner'"),
        arguments("api_key_total_limit_positive", "api_key", "total_limit = 0, used_total = 0"),
        arguments("api_key_daily_limit_positive", "api_key", "daily_limit = 0, used_today = 0"),
        arguments("api_key_secret_is_sha256", "api_key", "secret_hash = 'short'"),
        arguments("api_key_secret_hash_key", "api_key", "secret_hash = sha256('owner')"),
        arguments("api_key_name_length", "api_key", "name = ''"),
        arguments("api_key_within_total", "api_key", "used_total = 101"),
        arguments("api_key_within_day", "api_key", "used_today = 11"),
        arguments("api_key_account_id_fkey", "api_key", "account_id = 99"),
        arguments("transfer_kind_known", "transfer", "kind = 'gift', hold_id = gen_random_uuid()"),
        arguments("transfer_amount", "transfer", "amount = 0"),
        arguments("transfer_amount", "transfer", hold("amount = -1")),
        arguments("transfer_hold", "transfer", "hold_id = gen_random_uuid()"),
        arguments("transfer_hold", "transfer", "kind = 'hold'"),
        arguments("transfer_not_negative", "transfer", "available_after = -1"),
        arguments("transfer_not_negative", "transfer", "held_after = -1"),
        arguments("task_credits_positive", "task", "credits = 0"),
        arguments("task_outputs_range", "task", "outputs = 0"),
        arguments("task_outputs_range", "task", "outputs = 101"),
        arguments("task_percent_range", "task", "percent = 101"),
        arguments("task_piece_size_positive", "task", "piece_size = 0"),
        arguments("task_callback_length", "task", "callback = repeat('a', 4097)"),
        arguments("task_lengths_is_object", "task", "lengths = '[5]'"),
        arguments("task_deleted_when_final", "task", "deleted_at = now()"),
        arguments("task_state_known", "task", "state = 'lost'"),
        arguments("task_kind_known", "task", "kind = 'smell'"),
        arguments("task_finished_when_final", "task", "finished_at = now(), captured = 0"),
        arguments("task_finished_when_final", "task", "state = 'canceled'"),
        arguments("task_started_when_begun", "task", "state = 'running'"),
        arguments("task_started_when_begun", "task", "started_at = now()"),
        arguments("task_captured_when_final", "task", "captured = 0"),
        arguments("task_captured_when_final", "task", FINISHED + "state = 'canceled'"),
        arguments("task_captured_by_state", "task", FINISHED + "state = 'succeeded', captured = 0"),
        arguments(
            "task_captured_by_state", "task", FINISHED + "state = 'succeeded', captured = 11"),
        arguments("task_captured_by_state", "task", FINISHED + "state = 'canceled', captured = 1"),
        arguments("task_captured_by_state", "task", failed("captured = 1")),
        arguments("task_failure_when_failed", "task", "failure_kind = 'INTERNAL'"),
        arguments("task_failure_when_failed", "task", FINISHED + "state = 'failed', captured = 0"),
        arguments("attempt_piece_range", "attempt", "piece = -1"),
        arguments("attempt_number_range", "attempt", "number = 0"),
        arguments("attempt_state_known", "attempt", "state = 'lost'"),
        arguments("attempt_accepted_has_id", "attempt", "state = 'accepted', accepted_at = now()"),
        arguments("attempt_accepted_has_id", "attempt", "state = 'accepted', upstream_id = 'up'"),
        arguments("attempt_finished_when_final", "attempt", "state = 'produced'"),
        arguments("attempt_finished_when_final", "attempt", "finished_at = now()"),
        arguments("attempt_outputs_when_produced", "attempt", "outputs = 1"),
        arguments(
            "attempt_outputs_when_produced", "attempt", "state = 'produced', finished_at = now()"),
        arguments("attempt_film_millis_when_produced", "attempt", "film_millis = '{5000}'"),
        arguments("attempt_copies_when_storing", "attempt", "copies = '{}'"),
        arguments(
            "attempt_copies_when_storing",
            "attempt",
            "state = 'storing', upstream_id = 'u', accepted_at = now()"),
        arguments("attempt_resolution_known", "attempt", resolved("resolution = 'magic'")),
        arguments("attempt_resolved_when_given_up", "attempt", "resolution = 'nothing'"),
        arguments(
            "attempt_resolved_when_given_up",
            "attempt",
            "state = 'unknown', resolution = 'nothing', resolved_at = now()"),
        arguments("attempt_cost_not_negative", "attempt", resolved("cost = -1")),
        arguments(
            "attempt_failure_when_failed", "attempt", "state = 'rejected', finished_at = now()"),
        arguments("attempt_failure_when_failed", "attempt", "failure_kind = 'INTERNAL'"),
        arguments("asset_not_empty", "asset", "bytes = 0"),
        arguments("asset_position_range", "asset", "position = -1"),
        arguments("asset_sha256_length", "asset", "sha256 = 'short'"),
        arguments("job_leased_by_node", "job", "lease_until = now()"),
        arguments("job_leased_by_node", "job", "node = 'n'"),
        arguments(
            "job_waiting_is_unleased",
            "job",
            "waits_for = 'channel:a', lease_until = now(), node = 'n'"),
        arguments("work_limit_capacity_positive", "work_limit", "capacity = 0"),
        arguments("work_limit_running_not_negative", "work_limit", "running = -1"),
        arguments("breaker_faults_not_negative", "breaker", "faults = -1"),
        arguments("idempotency_key_length", "idempotency", "key = ''"),
        arguments("idempotency_key_length", "idempotency", "key = repeat('k', 256)"),
        arguments("webhook_endpoint_rotation", "webhook_endpoint", "previous_until = now()"),
        arguments("webhook_endpoint_rotation", "webhook_endpoint", "previous_secret = 'secret'"),
        arguments("webhook_endpoint_disabled", "webhook_endpoint", "disabled_at = now()"),
        arguments("webhook_endpoint_disabled", "webhook_endpoint", "disabled_reason = 'r'"),
        arguments("delivery_tries_not_negative", "delivery", "tries = -1"),
        arguments("delivery_state_known", "delivery", "state = 'lost', finished_at = now()"),
        arguments("delivery_shape_known", "delivery", "shape = 'round'"),
        arguments("delivery_event_known", "delivery", "event = 'task.lost'"),
        arguments("delivery_finished_when_final", "delivery", "state = 'delivered'"),
        arguments("delivery_finished_when_final", "delivery", "finished_at = now()"),
        arguments("delivery_try_ended", "delivery_try", "failure = 'none'"),
        arguments("delivery_try_ended", "delivery_try", "status = null"),
        arguments("input_not_empty", "input", "bytes = 0"),
        arguments("input_sha256_length", "input", "sha256 = 'short'"),
        arguments("input_known_when_stored", "input", "stored_at = now()"),
        arguments("sweep_one_row", "sweep", "one = false"),
        arguments("account_files_keep_image", "account_files", "keep_image = -1"),
        arguments("account_files_keep_video", "account_files", "keep_video = -1"),
        arguments("account_files_keep_audio", "account_files", "keep_audio = -1"),
        arguments("account_files_keep_input", "account_files", "keep_input = -1"),
        arguments("account_files_quota", "account_files", "quota = -1"),
        arguments("account_files_link_seconds", "account_files", "link_seconds = 0"),
        arguments("channel_id_check", "channel", "id = ''"),
        arguments("channel_provider_check", "channel", "provider = ''"),
        arguments("channel_concurrency_check", "channel", "concurrency = 0"),
        arguments("channel_settings_check", "channel", "settings = '[]'"),
        arguments("model_id_check", "model", "id = ''"),
        arguments("model_kind_check", "model", "kind = 'smell'"),
        arguments("model_state_check", "model", "state = 'half'"),
        arguments("model_definition_check", "model", "definition = '[]'"),
        arguments("listing_dialect_check", "listing", "dialect = 'Omni'"),
        arguments("listing_id_check", "listing", "id = ''"),
        arguments("listing_state_check", "listing", "state = 'half'"),
        arguments("listing_definition_check", "listing", "definition = '[]'"),
        arguments("route_upstream_model_check", "route", "upstream_model = ''"),
        arguments("route_priority_check", "route", "priority = 0"),
        arguments("route_weight_check", "route", "weight = 0"),
        arguments("route_outputs_check", "route", "outputs = 0"),
        arguments("catalog_version_positive", "catalog_version", "version = 0"),
        arguments("catalog_version_has_author", "catalog_version", "author = ''"),
        arguments("catalog_version_has_summary", "catalog_version", "summary = ''"),
        arguments("catalog_version_is_object", "catalog_version", "document = '[]'"),
        arguments("catalog_change_one_row", "catalog_change", "one = false"),
        arguments("catalog_default_kind_known", "catalog_default", "kind = 'channel'"));
  }

  private static String hold(String wrong) {
    return "kind = 'hold', hold_id = gen_random_uuid(), " + wrong;
  }

  private static String resolved(String wrong) {
    return "state = 'unknown', finished_at = now(), resolution = 'cost', resolved_at = now(), "
        + wrong;
  }

  private static String failed(String wrong) {
    return FINISHED + "state = 'failed', failure_kind = 'INTERNAL', failure_message = '', " + wrong;
  }

  @ParameterizedTest(name = "{0}: {2}")
  @MethodSource("refused")
  void refuses(String constraint, String table, String wrong) {
    assertThatThrownBy(() -> database.transaction(tx -> insert(tx, table, wrong)))
        .hasMessageContaining("violates")
        .hasMessageContaining("constraint \"" + constraint + "\"");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "account",
        "api_key",
        "transfer",
        "task",
        "attempt",
        "asset",
        "job",
        "work_limit",
        "breaker",
        "idempotency",
        "webhook_endpoint",
        "delivery",
        "delivery_try",
        "input",
        "account_files",
        "channel",
        "model",
        "listing",
        "route",
        "catalog_version",
        "catalog_default"
      })
  void takesAGoodRowOnce(String table) {
    database.transaction(tx -> {
      assertThat(insert(tx, table, "")).isEqualTo(1);
      return tx.rollback();
    });
  }

  @Test
  void everyNamedCheckIsTriedHere() {
    Set<String> checks =
        Set.copyOf(
            database.<List<String>>read(tx ->
                tx.createQuery(
                        """
                        select conname from pg_constraint
                        where contype = 'c' and connamespace = 'public'::regnamespace
                        """)
                    .mapTo(String.class)
                    .list()));
    assertThat(refused().map(row -> (String) row.get()[0]).collect(Collectors.toSet()))
        .containsAll(checks);
  }

  @ParameterizedTest
  @ValueSource(strings = {"(task_id, piece, number)", "(id)"})
  void anAttemptIsMadeOnce(String unique) {
    String id = "id = 'b1e0b7a0-0000-7000-8000-000000000002'";
    assertThatThrownBy(() ->
            database.transaction(tx -> {
              insert(tx, "attempt", id);
              return insert(tx, "attempt", unique.equals("(id)") ? id + ", number = 2" : "");
            }))
        .hasMessageContaining("duplicate key")
        .hasMessageContaining(unique);
  }

  private static int insert(Handle tx, String table, String changes) {
    Map<String, String> columns = new LinkedHashMap<>();
    for (String row : List.of(String.valueOf(GOOD.get(table)), changes)) {
      for (String column : row.isEmpty() ? new String[0] : row.split(", (?=\\w+ = )")) {
        String[] parts = column.split(" = ", 2);
        columns.put(parts[0], parts[1]);
      }
    }
    return tx.execute(
        "insert into %s (%s) values (%s)"
            .formatted(
                table, String.join(", ", columns.keySet()), String.join(", ", columns.values())));
  }
}
