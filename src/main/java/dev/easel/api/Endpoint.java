package dev.easel.api;

/** Answers one kind of request. Runs on a virtual thread; may block. */
public interface Endpoint {
  /** Answers, or says why not. */
  Verdict<Answer> handle(Exchange exchange);
}
