/**
 * Seeded fuzzing over HTTP: {@link dev.easel.fuzz.Maker} makes sound and broken requests for every
 * operation of the OpenAPI document, {@link dev.easel.fuzz.Lane} sends them and holds each answer
 * against that document and against what was charged. A seed is one run, but for the ids that the
 * server gives and for how far its tasks are.
 */
@NullMarked
package dev.easel.fuzz;

import org.jspecify.annotations.NullMarked;
