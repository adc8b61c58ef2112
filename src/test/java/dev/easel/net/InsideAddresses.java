package dev.easel.net;

import java.util.List;

/** How somebody outside may spell a host that is inside. */
public final class InsideAddresses {
  /** Each of them is refused without asking a name server. */
  public static final List<String> HOSTS =
      List.of(
          // loopback, as IPv4
          "127.0.0.1",
          "127.1",
          "127.0.1",
          "127.0.0.1.",
          "127.255.255.254",
          "2130706433",
          "0x7f000001",
          "0X7F.0.0.1",
          "0x7f.1",
          "017700000001",
          "0177.0.0.1",
          "00000177.0x0.00.1",
          "0",
          "0.0.0.0",
          // in other digits and with other dots
          "127\u30020\u30020\u30021",
          "127\uff0e0\uff0e0\uff0e1",
          "127\uff610\uff610\uff611",
          "\uff11\uff12\uff17.\uff10.\uff10.\uff11",
          "\u2460\u2461\u2466.0.0.1",
          // loopback by its name
          "localhost",
          "LOCALHOST",
          "localhost.",
          "any.localhost",
          "\u24dbocalhost",
          "loc\u00adalhost",
          // loopback, as IPv6 and within it
          "[::1]",
          "[0:0:0:0:0:0:0:1]",
          "[::]",
          "[::ffff:127.0.0.1]",
          "[::FFFF:7F00:1]",
          "[::127.0.0.1]",
          "[64:ff9b::127.0.0.1]",
          "[64:ff9b:1::7f00:1]",
          "[2002:7f00:1::]",
          "[2001:0:7f00:1::f7f7:f7f7]",
          "[::1%25lo]",
          "[fe80::1%25eth0]",
          // private networks
          "10.0.0.1",
          "10.1",
          "167772161",
          "172.16.0.1",
          "192.168.1.1",
          "0300.0250.1.1",
          "100.64.0.1",
          "[fc00::1]",
          "[fd12:3456::1]",
          "[fe80::1]",
          "[fec0::1]",
          "[2002:c0a8:101::1]",
          // what clouds tell their machines
          "169.254.169.254",
          "2852039166",
          "0xa9fea9fe",
          "169.254.43518",
          "[::ffff:a9fe:a9fe]",
          "[fd00:ec2::254]",
          "100.100.100.200",
          "192.0.0.192",
          "168.63.129.16",
          // users that look like hosts, and hosts that are none
          "example.com@127.0.0.1",
          "example.com:80@127.0.0.1",
          "127.0.0.1%2e",
          "%31%32%37.0.0.1",
          "256.0.0.1",
          "127.0.0.1.0x7f",
          // nobody's in particular
          "224.0.0.1",
          "255.255.255.255",
          "[ff02::1]");

  private InsideAddresses() {}
}
