/**
 * Annotations of commands. `kalshi commands` shows them, with the exit codes that follow from them.
 *
 * @module
 */
import * as Context from "effect/Context"

/** Whether a command can change something at the exchange. */
export class Changes extends Context.Reference<boolean>("@kalshi-effect/cli/Changes", { defaultValue: () => false }) {}
