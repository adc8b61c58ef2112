package dev.easel.fuzz;

import java.util.List;

/**
 * The accounts of a lane.
 *
 * @param own pays for nearly everything
 * @param stranger has as much
 * @param poor has a single credit
 * @param revoked has a key that is no longer one
 */
record Purses(Purse own, Purse stranger, Purse poor, Purse revoked) {
  List<Purse> all() {
    return List.of(own, stranger, poor, revoked);
  }
}
