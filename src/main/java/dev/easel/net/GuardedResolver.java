package dev.easel.net;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.hc.client5.http.DnsResolver;

/**
 * Resolves names for the connection pool, to addresses that the guard lets through. The pool
 * connects to what this returns and resolves nothing itself, so that a name server cannot answer
 * the check and the connection differently.
 */
final class GuardedResolver implements DnsResolver {
  private final AddressGuard guard;

  GuardedResolver(AddressGuard guard) {
    this.guard = guard;
  }

  @Override
  public InetAddress[] resolve(String host) throws UnknownHostException {
    List<InetAddress> allowed = new ArrayList<>();
    String refusal = "";
    for (InetAddress address : Target.resolve(host)) {
      Optional<String> refused = guard.refuse(address);
      if (refused.isEmpty()) {
        allowed.add(address);
      } else {
        refusal = refused.get();
      }
    }
    if (allowed.isEmpty()) {
      throw new RefusedAddress(refusal);
    }
    return allowed.toArray(InetAddress[]::new);
  }

  @Override
  public String resolveCanonicalHostname(String host) {
    return host;
  }

  /** All that a host resolves to is inside. */
  static final class RefusedAddress extends UnknownHostException {
    private static final long serialVersionUID = 1;

    RefusedAddress(String reason) {
      super(reason);
    }

    String reason() {
      return String.valueOf(getMessage());
    }
  }
}
