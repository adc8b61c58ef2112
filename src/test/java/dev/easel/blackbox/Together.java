package dev.easel.blackbox;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/** Does many things at once. */
final class Together {
  private Together() {}

  /**
   * Calls {@code work} with 0 to {@code count - 1}, all starting at once; answers in that order.
   */
  static <T> List<T> call(int count, IntFunction<T> work) throws Exception {
    CountDownLatch ready = new CountDownLatch(count);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<T>> futures =
          IntStream.range(0, count)
              .mapToObj(i ->
                  threads.submit(() -> {
                    ready.countDown();
                    ready.await();
                    return work.apply(i);
                  }))
              .toList();
      return futures.stream().map(Together::result).toList();
    }
  }

  private static <T> T result(Future<T> future) {
    try {
      return future.get();
    } catch (InterruptedException | ExecutionException failed) {
      throw new IllegalStateException(failed);
    }
  }
}
