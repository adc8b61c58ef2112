package dev.easel.cli.bench;

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
    StringBuilder body =
        new StringBuilder(BYTES)
            .append(HEAD)
            .append(worker)
            .append('-')
            .append(sequence)
            .append(' ');
    String filler = "a lighthouse on a cliff above a stormy sea, oil on canvas, ";
    while (body.length() < BYTES - TAIL.length()) {
      body.append(filler, 0, Math.min(filler.length(), BYTES - TAIL.length() - body.length()));
    }
    return body.append(TAIL).toString();
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
