#!/usr/bin/env node
/**
 * The entry point of the command `kalshi`. It also runs on old versions of Node, so that it can print which version is
 * needed.
 *
 * @module
 */
import * as nodeModule from "node:module"

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number)

if (major < 22 || (major === 22 && minor < 19)) {
  console.error(`kalshi needs Node 22.19 or newer, but this is Node ${process.versions.node}. Install a newer Node`)
  process.exitCode = 2
} else {
  // Compiled code is kept between runs, so that the command starts faster.
  nodeModule.enableCompileCache()
  await import("./main.ts")
}
