package dev.easel.cli.bench;

import java.net.URI;

/** What the load asks for. */
final class Requests {
  private static final int BYTES = 455;
  private static final String HEAD =
      "{\"model_id\":\"gpt-image-2\",\"aspect_ratio\":\"16:9\",\"prompt\":\"";
  private static final String TAIL = "\"}";
  private static final String TASK_ID = "\"task_id\":\"";

  private Requests() {}

  /** A create of 455 bytes; no two are alike. */
  static String create(int worker, long sequence) {
    return create(worker, sequence, TAIL);
  }

  /** The same, of whose end {@code callback} is to be told. */
  static String create(int worker, long sequence, URI callback) {
    return create(worker, sequence, "\",\"callback_url\":\"" + callback + TAIL);
  }

  private static String create(int worker, long sequence, String tail) {
    StringBuilder body =
        new StringBuilder(BYTES)
            .append(HEAD)
            .append(worker)
            .append('-')
            .append(sequence)
            .append(' ');
    String filler = "a lighthouse on a cliff above a stormy sea, oil on canvas, ";
    while (body.length() < BYTES - tail.length()) {
      body.append(filler, 0, Math.min(filler.length(), BYTES - tail.length() - body.length()));
    }
    return body.append(tail).toString();
  }

  /** Whether a create was accepted. */
  static boolean isAccepted(HttpConnection.Answer answer) {
    return answer.status() == 200 && answer.body().startsWith("{\"code\":200");
  }

  /** The id in the answer to a create, or in a task. */
  static String taskId(HttpConnection.Answer answer) {
    int at = answer.body().indexOf(TASK_ID) + TASK_ID.length();
    return answer.body().substring(at, answer.body().indexOf('"', at));
  }
}
