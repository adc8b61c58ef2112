package dev.easel.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AddressGuardTest {
  private final AddressGuard guard = new AddressGuard(List.of());

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          0.0.0.0                        | unspecified
          0.1.2.3                        | unspecified
          10.0.0.1                       | private
          10.255.255.255                 | private
          100.64.0.1                     | shared
          100.127.255.254                | shared
          127.0.0.1                      | loopback
          127.255.255.254                | loopback
          168.63.129.16                  | metadata
          169.254.169.254                | link-local
          172.16.0.1                     | private
          172.31.255.255                 | private
          192.0.0.8                      | reserved
          192.0.2.1                      | documentation
          192.88.99.1                    | reserved
          192.168.1.1                    | private
          198.18.0.1                     | benchmarking
          198.19.255.255                 | benchmarking
          198.51.100.1                   | documentation
          203.0.113.9                    | documentation
          224.0.0.1                      | multicast
          239.255.255.255                | multicast
          240.0.0.1                      | reserved
          255.255.255.255                | broadcast
          ::                             | unspecified
          ::1                            | loopback
          ::7f00:1                       | reserved
          ::ffff:127.0.0.1               | loopback
          ::ffff:a9fe:a9fe               | link-local
          64:ff9b::10.0.0.1              | private
          64:ff9b:1::1                   | reserved
          100::1                         | reserved
          2001:0:4136:e378:8000:63bf:f5ff:fffe | private
          2001:0:7f00:1::f7f7:f7f7       | loopback
          2001:2::1                      | reserved
          2001:db8::1                    | documentation
          2002:7f00:1::                  | loopback
          2002:c0a8:101::1               | private
          3fff::1                        | documentation
          5f00::1                        | reserved
          fc00::1                        | private
          fd12:3456::1                   | private
          fe80::1                        | link-local
          fec0::1                        | private
          ff02::1                        | multicast
          """)
  void refusesWhatIsNotGlobalUnicast(String address, String kind) {
    assertThat(guard.refuse(InetAddress.ofLiteral(address)))
        .hasValueSatisfying(reason ->
            assertThat(reason)
                .matches("leads to an? " + kind + " address, which may not be contacted"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1.1.1.1",
        "9.255.255.255",
        "100.63.255.255",
        "100.128.0.1",
        "126.255.255.255",
        "128.0.0.1",
        "169.253.255.255",
        "172.15.255.255",
        "172.32.0.1",
        "192.167.255.255",
        "198.17.255.255",
        "223.255.255.255",
        "2606:4700::1111",
        "2001:4860:4860::8888",
        "64:ff9b::1.1.1.1",
        "2002:808:808::1",
        "2001:0:808:808::f7f7:f7f7"
      })
  void letsGlobalAddressesThrough(String address) {
    assertThat(guard.refuse(InetAddress.ofLiteral(address))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://127.0.0.1/",
        "https://127.0.0.1:8443/x.png",
        "http://127.1/",
        "http://127.0.1/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0X7F.0.0.1/",
        "http://0x7f.1/",
        "http://017700000001/",
        "http://0177.0.0.1/",
        "http://0177.0x0.0.1/",
        "http://127.0.0.1./",
        "http://127。0。0。1/",
        "http://１２７.０.０.１/",
        "http://①②⑦.0.0.1/",
        "http://[::1]/",
        "http://[0:0:0:0:0:0:0:1]:80/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::FFFF:7F00:1]/",
        "http://[64:ff9b::127.0.0.1]/",
        "http://[2002:7f00:1::]/",
        "http://localhost/",
        "http://LOCALHOST./",
        "http://ⓛocalhost:8080/",
        "http://a.b.localhost/"
      })
  void seesLoopbackInEverySpelling(String uri) {
    assertThat(guard.refuseLiteral(URI.create(uri)))
        .hasValue("leads to a loopback address, which may not be contacted");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          http://0/                       | leads to an unspecified address, which may not be contacted
          http://169.254.169.254/latest/  | leads to a link-local address, which may not be contacted
          http://2852039166/latest/       | leads to a link-local address, which may not be contacted
          http://[fe80::1]/               | leads to a link-local address, which may not be contacted
          http://10.1/                    | leads to a private address, which may not be contacted
          http://[fe80::1%25eth0]/        | has a malformed host
          http://1.2.3.4.5/               | has a malformed host
          http://256.1.1.1/               | has a malformed host
          http://example.0x7f/            | has a malformed host
          http://127.0.0.1%2e/            | has a malformed host
          http://a..b/                    | has a malformed host
          http://example.com:99999/       | has a malformed port
          http://example.com:0/           | has a malformed port
          http://example.com:port/        | has a malformed host
          http://user:secret@example.com/ | carries a user name or password, which is not allowed
          http://@example.com/            | carries a user name or password, which is not allowed
          http:///x.png                   | has no host
          http:x.png                      | has no host
          /x.png                          | is not an http or https address
          ftp://example.com/x.png         | is not an http or https address
          file:///etc/passwd              | is not an http or https address
          jar:http://example.com/x!/      | is not an http or https address
          """)
  void saysWhyAnAddressIsNotUsable(String uri, String reason) {
    assertThat(guard.refuseLiteral(URI.create(uri))).hasValue(reason);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://example.com/x.png?token=1#top",
        "HTTPS://Example.COM:8443",
        "http://snake_case.example.com/",
        "http://例え.jp/画像.png",
        "http://1.1.1.1/",
        "http://16843009/",
        "http://[2606:4700::1111]:8080/",
        "http://localhost.example.com/",
        "http://127.0.0.1.example.com/"
      })
  void hasNothingAgainstOtherAddresses(String uri) {
    assertThat(guard.refuseLiteral(URI.create(uri))).isEmpty();
  }

  @Test
  void letsThroughWhatTheOperatorAllowsAndNoMore() {
    AddressGuard trusting =
        new AddressGuard(List.of(Cidr.parse("127.0.0.0/8"), Cidr.parse("10.1.0.0/16")));

    assertThat(trusting.refuse(InetAddress.ofLiteral("10.1.255.255"))).isEmpty();
    assertThat(trusting.refuse(InetAddress.ofLiteral("64:ff9b::10.1.0.1"))).isEmpty();
    assertThat(trusting.refuseLiteral(URI.create("http://localhost:9000/"))).isEmpty();
    assertThat(trusting.refuseLiteral(URI.create("http://2130706433/"))).isEmpty();
    assertThat(trusting.refuse(InetAddress.ofLiteral("10.2.0.0"))).isPresent();
    assertThat(trusting.refuse(InetAddress.ofLiteral("::1"))).isPresent();
  }

  /** Whatever the operator allows. */
  @Test
  void isNeverSentToWhereThisMachineListensItself() throws SocketException {
    AddressGuard allowing =
        new AddressGuard(
            List.of(Cidr.parse("0.0.0.0/0"), Cidr.parse("::/0")), port -> port == 8_080);
    List<InetAddress> ours =
        NetworkInterface.networkInterfaces().flatMap(NetworkInterface::inetAddresses).toList();
    assertThat(ours).isNotEmpty();
    for (InetAddress own : ours) {
      assertThat(allowing.refuse(own, 8_080))
          .as("%s", own)
          .hasValue("leads to this gateway itself, which may not be contacted");
      assertThat(allowing.refuse(own, 8_081)).as("%s", own).isEmpty();
    }
    assertThat(allowing.refuse(InetAddress.ofLiteral("1.1.1.1"), 8_080)).isEmpty();
    for (String own : List.of("localhost", "127.1", "0", "2130706433", "[::]", "[::1]")) {
      assertThat(allowing.refuseLiteral(URI.create("http://" + own + ":8080/files/x.png")))
          .as(own)
          .isPresent();
      assertThat(allowing.refuseLiteral(URI.create("http://" + own + ":8081/"))).as(own).isEmpty();
    }
  }

  @Test
  void readsNetworksAndExplainsWhatIsWrongWithOthers() {
    assertThat(Cidr.parse("fd00::/8").contains(InetAddress.ofLiteral("fdff::1"))).isTrue();
    assertThat(Cidr.parse("0.0.0.0/0").contains(InetAddress.ofLiteral("9.9.9.9"))).isTrue();
    assertThat(Cidr.parse("0.0.0.0/0").contains(InetAddress.ofLiteral("fd00::1"))).isFalse();
    assertThat(Cidr.parse("10.0.0.7")).hasToString("10.0.0.7/32");
    assertThatThrownBy(() -> Cidr.parse("10.1.2.3/16"))
        .hasMessage("10.1.2.3/16 has bits beyond its prefix; is 10.1.0.0/16 meant?");
    assertThatThrownBy(() -> Cidr.parse("10.0.0.0/33"))
        .hasMessage("the prefix of 10.0.0.0/33 is out of range");
    for (String malformed : List.of("", "lan", "10.0.0.0/", "10.0.0.0/x", "/8", "example.com/8")) {
      assertThatThrownBy(() -> Cidr.parse(malformed))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("write it like 10.1.0.0/16");
    }
  }
}
