package dev.easel;

import dev.easel.catalog.Catalog;
import dev.easel.catalog.Channel;
import dev.easel.config.SandboxSettings;
import dev.easel.db.Database;
import dev.easel.task.ChannelLimits;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;

/** Sets the work limits of channels as the catalogue says, when it says something new. */
final class ChannelRoom {
  private final Database database;
  private final SandboxSettings sandbox;
  private final Map<String, Integer> set = new HashMap<>();

  ChannelRoom(Database database, SandboxSettings sandbox) {
    this.database = database;
    this.sandbox = sandbox;
  }

  void follow(Catalog catalog) {
    for (Channel channel : catalog.channels()) {
      int capacity = capacity(channel).orElse(0);
      if (!Integer.valueOf(capacity).equals(set.get(channel.id()))) {
        database.transaction(tx -> {
          ChannelLimits.set(tx, channel.id(), capacity);
          return true;
        });
        set.put(channel.id(), capacity);
      }
    }
  }

  private OptionalInt capacity(Channel channel) {
    return channel.provider().equals("sandbox") ? sandbox.concurrency() : channel.concurrency();
  }
}
