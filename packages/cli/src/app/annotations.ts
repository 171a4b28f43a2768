/**
 * What a command says about itself, for `kalshi commands` and for the exit code of its errors.
 *
 * @module
 */
import * as Context from "effect/Context"

/** Whether a command changes something at the exchange. Default: false. */
export class Changes extends Context.Reference<boolean>("@kalshi-effect/cli/Changes", { defaultValue: () => false }) {}
