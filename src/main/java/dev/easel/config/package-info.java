/**
 * Settings: defaults, easel.yaml, environment and flags, one record per feature, each key
 * documented once.
 */
@NullMarked
package dev.easel.config;

import org.jspecify.annotations.NullMarked;
