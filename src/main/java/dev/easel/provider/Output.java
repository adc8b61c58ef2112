package dev.easel.provider;

/** One file that a generation made. The array is never written to after it was handed over. */
@SuppressWarnings("ArrayRecordComponent") // an identity, not a value: outputs are never compared
public record Output(byte[] content) {}
