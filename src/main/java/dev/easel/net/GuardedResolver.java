package dev.easel.net;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.hc.client5.http.DnsResolver;

/**
 * Resolves names for the connection pool, to addresses that the guard lets through. The pool
 * connects to what this returns and resolves nothing itself, so that a name server cannot answer
 * the check and the connection differently.
 */
final class GuardedResolver implements DnsResolver {
  private final AddressGuard guard;
  private final Names names;

  /** Who knows the addresses of a name. */
  @FunctionalInterface
  interface Names {
    /** Those that the system's name servers tell; holds its thread until they do. */
    Names OF_THE_SYSTEM = InetAddress::getAllByName;

    InetAddress[] addresses(String name) throws UnknownHostException;
  }

  GuardedResolver(AddressGuard guard, Names names) {
    this.guard = guard;
    this.names = names;
  }

  @Override
  public List<InetSocketAddress> resolve(String host, int port) throws UnknownHostException {
    return Arrays.stream(resolve(host, address -> guard.refuse(address, port)))
        .map(address -> new InetSocketAddress(address, port))
        .toList();
  }

  @Override
  public InetAddress[] resolve(String host) throws UnknownHostException {
    return resolve(host, guard::refuse);
  }

  private InetAddress[] resolve(String host, Function<InetAddress, Optional<String>> refuse)
      throws UnknownHostException {
    List<InetAddress> allowed = new ArrayList<>();
    String refusal = "";
    Optional<InetAddress> literal = Target.literal(host);
    for (InetAddress address :
        literal.isPresent() ? new InetAddress[] {literal.get()} : names.addresses(host)) {
      Optional<String> refused = refuse.apply(address);
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
