package dev.easel.net;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * Decides which addresses may be contacted on behalf of somebody outside: those that are global
 * unicast, and those that the operator allows by the setting {@code net.allow}. The reasons it
 * gives are for customers, continue a sentence that begins with the address asked for, and name the
 * rule but never what a name resolved to.
 *
 * <p>The tables follow the IANA registries of IPv4 and IPv6 special-purpose addresses (RFC 6890 and
 * its updates, read in 2026). Java's own predicates know only a few of them.
 */
public final class AddressGuard {
  private record Rule(Cidr network, String kind) {
    Rule(String network, String kind) {
      this(Cidr.parse(network), kind);
    }
  }

  private static final List<Rule> INSIDE_IPV4 =
      List.of(
          new Rule("0.0.0.0/8", "an unspecified"),
          new Rule("10.0.0.0/8", "a private"),
          new Rule("100.64.0.0/10", "a shared"),
          new Rule("127.0.0.0/8", "a loopback"),
          // Azure's, the one of the clouds' that looks like any other address.
          new Rule("168.63.129.16/32", "a metadata"),
          new Rule("169.254.0.0/16", "a link-local"),
          new Rule("172.16.0.0/12", "a private"),
          new Rule("192.0.0.0/24", "a reserved"),
          new Rule("192.0.2.0/24", "a documentation"),
          new Rule("192.88.99.0/24", "a reserved"),
          new Rule("192.168.0.0/16", "a private"),
          new Rule("198.18.0.0/15", "a benchmarking"),
          new Rule("198.51.100.0/24", "a documentation"),
          new Rule("203.0.113.0/24", "a documentation"),
          new Rule("224.0.0.0/4", "a multicast"),
          new Rule("255.255.255.255/32", "a broadcast"),
          new Rule("240.0.0.0/4", "a reserved"));

  private static final List<Rule> INSIDE_IPV6 =
      List.of(
          new Rule("::/128", "an unspecified"),
          new Rule("::1/128", "a loopback"),
          new Rule("fc00::/7", "a private"),
          new Rule("fe80::/10", "a link-local"),
          new Rule("fec0::/10", "a private"),
          new Rule("ff00::/8", "a multicast"),
          new Rule("2001::/23", "a reserved"),
          new Rule("2001:db8::/32", "a documentation"),
          new Rule("3fff::/20", "a documentation"));

  private static final Cidr GLOBAL_IPV6 = Cidr.parse("2000::/3");
  private static final Cidr NAT64 = Cidr.parse("64:ff9b::/96");
  private static final Cidr SIX_TO_FOUR = Cidr.parse("2002::/16");
  private static final Cidr TEREDO = Cidr.parse("2001::/32");

  /** Lets everything through: for addresses that the operator himself wrote down. */
  public static final AddressGuard TRUSTING =
      new AddressGuard(List.of(Cidr.parse("0.0.0.0/0"), Cidr.parse("::/0")));

  private final List<Cidr> allow;
  private final IntPredicate listens;

  /** A guard that lets through what is global, and whatever is in {@code allow}. */
  public AddressGuard(List<Cidr> allow) {
    this(allow, _ -> false);
  }

  /**
   * The same on a machine that is never to be told to call itself, whatever is in {@code allow}.
   *
   * @param listens whether we listen on that port of this machine
   */
  public AddressGuard(List<Cidr> allow, IntPredicate listens) {
    this.allow = List.copyOf(allow);
    this.listens = listens;
  }

  /** Why that port of {@code address} may not be contacted; empty when it may. */
  public Optional<String> refuse(InetAddress address, int port) {
    return refuse(address)
        .or(() ->
            listens.test(port) && isThisMachine(address)
                ? Optional.of("leads to this gateway itself, which may not be contacted")
                : Optional.empty());
  }

  private static boolean isThisMachine(InetAddress address) {
    try {
      return address.isLoopbackAddress()
          || address.isAnyLocalAddress()
          || NetworkInterface.getByInetAddress(address) != null;
    } catch (SocketException unknown) {
      return true; // nobody can say that it is not
    }
  }

  /** Why {@code address} may not be contacted; empty when it may. */
  public Optional<String> refuse(InetAddress address) {
    if (allow.stream().anyMatch(network -> network.contains(address))) {
      return Optional.empty();
    }
    return address instanceof Inet4Address
        ? listed(INSIDE_IPV4, address)
        : refuseIpv6(address, address.getAddress());
  }

  private Optional<String> refuseIpv6(InetAddress address, byte[] bytes) {
    // What is carried inside is where the packets end up.
    if (NAT64.contains(address)) {
      return refuse(embedded(bytes, 12));
    }
    if (SIX_TO_FOUR.contains(address)) {
      return refuse(embedded(bytes, 2));
    }
    if (TEREDO.contains(address)) {
      return refuse(embedded(bytes, 4)).or(() -> refuse(embedded(inverted(bytes), 12)));
    }
    Optional<String> listed = listed(INSIDE_IPV6, address);
    return listed.isPresent() || GLOBAL_IPV6.contains(address) ? listed : refused("a reserved");
  }

  private static Optional<String> listed(List<Rule> rules, InetAddress address) {
    return rules.stream()
        .filter(rule -> rule.network().contains(address))
        .findFirst()
        .flatMap(rule -> refused(rule.kind()));
  }

  private static Optional<String> refused(String kind) {
    return Optional.of("leads to " + kind + " address, which may not be contacted");
  }

  private static InetAddress embedded(byte[] bytes, int offset) {
    return Cidr.fromBytes(Arrays.copyOfRange(bytes, offset, offset + 4));
  }

  private static byte[] inverted(byte[] bytes) {
    byte[] result = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      result[i] = (byte) ~bytes[i];
    }
    return result;
  }

  /**
   * Why {@code uri} can be refused without asking a name server: not http or https, no or a
   * malformed host, a user name, an inside address in any spelling, {@code localhost}. Empty does
   * not mean that it may be contacted: a name can still lead inside, which shows when it is.
   */
  public Optional<String> refuseLiteral(URI uri) {
    return switch (Target.of(uri)) {
      case Target.Unusable(String reason) -> Optional.of(reason);
      case Target.Web web -> refuse(web);
    };
  }

  /** As {@link #refuseLiteral}. */
  Optional<String> refuse(Target.Web web) {
    String host = web.host();
    int port = web.effectivePort();
    if (host.equals("localhost") || host.endsWith(".localhost")) {
      return refuse(InetAddress.ofLiteral("127.0.0.1"), port)
          .flatMap(reason -> refuse(InetAddress.ofLiteral("::1"), port).map(_ -> reason));
    }
    return Target.literal(host).flatMap(address -> refuse(address, port));
  }
}
