package dev.easel;

/** Entry. */
public final class Easel {
  private Easel() {}

  public static void main(String[] args) {
    System.out.println("easel");
  }
}
