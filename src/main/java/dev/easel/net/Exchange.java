package dev.easel.net;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLException;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.jspecify.annotations.Nullable;

/**
 * One call with all its redirects, which a deadline may end from another thread: closing the socket
 * is the only thing that a server sending a byte now and then cannot outlast.
 */
final class Exchange {
  private final AtomicReference<@Nullable HttpUriRequestBase> current = new AtomicReference<>();
  private volatile boolean expired;

  /** Makes {@code request} the one that the deadline ends. */
  void begin(HttpUriRequestBase request) {
    current.set(request);
    if (expired) {
      request.cancel();
    }
  }

  /** The deadline has come. */
  void expire() {
    expired = true;
    HttpUriRequestBase request = current.get();
    if (request != null) {
      request.cancel();
    }
  }

  /**
   * What {@code failed} means to a customer. Exceptions' own messages name resolved addresses, so
   * they are not shown.
   */
  <T> Answer<T> failure(IOException failed) {
    if (failed instanceof GuardedResolver.RefusedAddress refused) {
      return new Answer.Refused<>(refused.reason());
    }
    return new Answer.Unreachable<>(reason(failed));
  }

  /** The same as the end of a sentence. */
  String reason(IOException failed) {
    return switch (failed) {
      case GuardedResolver.RefusedAddress refused -> refused.reason();
      case IOException _ when expired -> "took too long to answer";
      default -> words(failed);
    };
  }

  private static String words(IOException failed) {
    return switch (failed) {
      case UnknownHostException _ -> "has a host name that cannot be resolved";
      case SocketTimeoutException _ -> "took too long to answer";
      case ConnectException _ -> "refused the connection";
      case SSLException _ -> "has no acceptable TLS certificate or connection";
      default -> "broke the connection";
    };
  }
}
