package dev.easel.api;

import dev.easel.task.TaskId;
import dev.easel.wording.Phrase;
import java.util.Optional;

/** What callers say about the part of a list that they want. */
public final class Paging {
  private static final int USUAL = 20;
  private static final int MOST = 100;

  private Paging() {}

  /** How many items: {@code ?limit=}. */
  public static Verdict<Integer> limit(Exchange exchange) {
    return exchange
        .query("limit")
        .map(asked -> Exchange.number("limit", asked, 1, MOST))
        .orElseGet(() -> Verdict.pass(USUAL));
  }

  /**
   * The task after which the part begins: the query parameter {@code name}.
   *
   * @param why what is said of a value that is no task's id
   */
  public static Verdict<Optional<TaskId>> after(Exchange exchange, String name, Phrase why) {
    Optional<String> asked = exchange.query(name);
    Optional<TaskId> after = asked.flatMap(TaskId::parse);
    return asked.isPresent() && after.isEmpty()
        ? Verdict.refuse(new ApiError.InvalidRequest(name, why))
        : Verdict.pass(after);
  }
}
