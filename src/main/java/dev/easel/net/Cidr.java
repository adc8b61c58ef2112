package dev.easel.net;

import java.net.InetAddress;
import java.net.UnknownHostException;

/**
 * A network: every address whose first {@code prefix} bits are those of {@code network}. IPv4 and
 * IPv6 never contain each other.
 */
public record Cidr(InetAddress network, int prefix) {
  public Cidr {
    if (prefix < 0 || prefix > network.getAddress().length * 8) {
      throw new IllegalArgumentException(
          "the prefix of " + network.getHostAddress() + "/" + prefix + " is out of range");
    }
    InetAddress first = masked(network, prefix);
    if (!first.equals(network)) {
      throw new IllegalArgumentException(
          "%s/%d has bits beyond its prefix; is %s/%d meant?"
              .formatted(network.getHostAddress(), prefix, first.getHostAddress(), prefix));
    }
  }

  /**
   * Reads {@code 10.1.0.0/16}, {@code fd00::/8}, or a single address.
   *
   * @throws IllegalArgumentException with a message for an operator, when it is neither
   */
  public static Cidr parse(String text) {
    int slash = text.indexOf('/');
    InetAddress network = address(text, slash < 0 ? text : text.substring(0, slash));
    int bits = network.getAddress().length * 8;
    return new Cidr(network, slash < 0 ? bits : prefix(text, text.substring(slash + 1)));
  }

  private static InetAddress address(String text, String part) {
    try {
      return InetAddress.ofLiteral(part);
    } catch (IllegalArgumentException malformed) {
      throw notANetwork(text, malformed);
    }
  }

  private static int prefix(String text, String part) {
    try {
      return Integer.parseInt(part);
    } catch (NumberFormatException malformed) {
      throw notANetwork(text, malformed);
    }
  }

  private static IllegalArgumentException notANetwork(String text, Throwable cause) {
    return new IllegalArgumentException(
        "'" + text + "' is not a network; write it like 10.1.0.0/16 or fd00::/8", cause);
  }

  /** Whether {@code address} belongs to this network. */
  public boolean contains(InetAddress address) {
    return address.getAddress().length == network.getAddress().length
        && masked(address, prefix).equals(network);
  }

  private static InetAddress masked(InetAddress address, int prefix) {
    byte[] bytes = address.getAddress();
    for (int bit = prefix; bit < bytes.length * 8; bit++) {
      bytes[bit / 8] &= (byte) ~(0x80 >> bit % 8);
    }
    return fromBytes(bytes);
  }

  /** The address that 4 or 16 bytes spell; an IPv4 address mapped into IPv6 comes out as IPv4. */
  static InetAddress fromBytes(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException wrongLength) {
      throw new IllegalArgumentException("an address has 4 or 16 bytes", wrongLength);
    }
  }

  @Override
  public String toString() {
    return network.getHostAddress() + "/" + prefix;
  }
}
