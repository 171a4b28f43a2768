/** Faults in the source code of the session. The property of `sessionModel.ts` must detect each fault. */

/** A replacement in the source of the session. `pattern` must match exactly once. */
export interface PlantedFault {
  readonly name: string
  readonly file: string
  readonly pattern: RegExp
  readonly replacement: string
}

const fault = (name: string, file: string, pattern: RegExp, replacement: string): PlantedFault => ({
  name,
  file: `${file}.ts`,
  pattern,
  replacement
})

export const sessionFaults: ReadonlyArray<PlantedFault> = [
  fault("treats a gap as the next message", "seq", /seq > lastSeq \? "missing"/, 'seq > lastSeq ? "next"'),
  fault("treats a reset as the next message", "seq", /"missing" : "reset"/, '"missing" : "next"'),
  fault(
    "delivers repeated messages",
    "routing",
    /core\.counters\.duplicates\+\+\n\s+return false/,
    "core.counters.duplicates++; return true"
  ),
  fault(
    "does not count the seq of replies",
    "routing",
    /if \(slot !== undefined && seq !== undefined\) count\(core, slot, seq\)/,
    ""
  ),
  fault(
    "delivers every market to every user",
    "delivery",
    /const members = topic\.byName\.get\(name\)/,
    "const members = topic.members"
  ),
  fault("delivers to users that have left", "delivery", /if \(member\.isOver\) continue/, ""),
  fault("reports no outage", "delivery", /slot\.isInterrupted = true/, "return"),
  fault(
    "reports only one outage if the connection is lost during a restore",
    "delivery",
    /\(slot\.isInterrupted && !slot\.wasOpened\)/,
    "slot.isInterrupted"
  ),
  fault(
    "does not report the end of an outage",
    "reconcile",
    /slot\.chunk = Number\.POSITIVE_INFINITY\n\s+restore\(core, slot\)/,
    "slot.chunk = Number.POSITIVE_INFINITY"
  ),
  fault(
    "keeps the state of a lost connection",
    "dialling",
    /for \(const slot of line\.slots\) reset\(core, slot\)/,
    ""
  ),
  fault(
    "accepts frames of old connections",
    "dialling",
    /if \(line\.generation !== undefined\) core\.byGeneration\.delete\(line\.generation\)/,
    ""
  ),
  fault("dials while a handshake is in flight", "dialling", /if \(core\.dialing !== undefined\) return/, ""),
  fault(
    "leaves connections open when the session closes",
    "dialling",
    /for \(const line of lines\) hangUp\(core, line\)/,
    ""
  ),
  fault(
    "does not end subscriptions when the session closes",
    "dialling",
    /for \(const member of members\) end\(core, member, error\)/,
    ""
  ),
  fault(
    "uses ids again on a new connection",
    "commands",
    /id: \+\+core\.lastCommandId/,
    "id: core.lastCommandId = (line.pending.size + 1) * 2"
  ),
  fault(
    "never unsubscribes",
    "reconcile",
    /return status === "open" \? \{ kind: "unsubscribe", names: none \} : undefined/,
    "return undefined"
  ),
  fault("does not remove markets", "reconcile", /: \{ kind: "delete", names: removed \}/, ": undefined"),
  fault(
    "removes all markets of a subscription",
    "reconcile",
    /removed\.length === acknowledged\.size/,
    "removed.length === -1"
  ),
  fault(
    "subscribes to a second filter of a channel on one connection",
    "placement",
    /slot\.topic\.channel !== topic\.channel \|\| !slot\.isWanted/,
    "slot.topic !== topic"
  ),
  fault("places markets again on a full subscription", "refusals", /slot\.maxNames = slot\.acknowledged\.size/, ""),
  fault(
    "refuses all markets of a command because of one market",
    "refusals",
    /if \(culprits\.length === 0 && names\.length > 1\)/,
    "if (false)"
  ),
  fault("forgets the markets of a command without a reply", "transitions", /slot\.doubtful\.add\(name\)/, "{}"),
  fault("ends subscriptions on a buffer overflow", "refusals", /25: "reopen"/, '25: "refuse"'),
  fault(
    "keeps a subscription that is not in the list",
    "verification",
    /if \(slot\.isWanted\) reopen\(core, slot, \{ msg: "it is not in the list of subscriptions" \}\)/,
    'if (slot.isWanted) slot.status = "open"'
  ),
  fault("does not notice a silent subscription", "timers", /else line\.mustVerify = true/, ""),
  fault(
    "requests no snapshot for a user who joins",
    "wanted",
    /if \(topic\.isBook\) requestSnapshots\(core, topic, added\)/,
    ""
  ),
  fault("removes the markets of other users when one user leaves", "wanted", /if \(others\.length > 0\)/, "if (false)"),
  fault(
    "changes over before the new connection is ready",
    "changeover",
    /twin\?\.status === "open" && twin\.isSettled && twin\.awaited\.size === 0/,
    "true"
  ),
  fault(
    "reports the end of an outage before the markets beyond a limit are restored",
    "refusals",
    /other\.isInterrupted \|\|= slot\.isInterrupted/,
    "{}"
  ),
  fault(
    "drops the messages that the new connection held back",
    "changeover",
    /if \(slot\.isWanted && .*\) emit\(core, slot, name, event\)/,
    ""
  ),
  fault(
    "keeps the old connection after changing over",
    "changeover",
    /const \{ slots: ended \} = replaces\n\s+dropLine\(core, replaces\)/,
    "const { slots: ended } = replaces; core.removeLine(replaces)"
  ),
  fault("does not verify a command without a reply", "transitions", /line\.mustVerify = true\n\}/, "}"),
  fault(
    "keeps a connection that does not answer a probe",
    "verification",
    /if \(sent\.kind === "verify"\) \{\n\s+return redial/,
    'if (sent.kind === "verify") { return; redial'
  ),
  fault(
    "delivers messages of a market whose removal is in flight",
    "routing",
    /if \(isLeaving\(slot, name\)\) return/,
    ""
  )
]
