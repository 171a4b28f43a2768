/**
 * Order groups: a circuit breaker on fills. A group has a limit of contracts over a rolling 15-second window. If the
 * fills of its orders exceed the limit, the exchange triggers the group: it cancels all resting orders of the group,
 * and refuses new ones until the group is reset.
 *
 * **When to use**
 *
 * {@link watch} waits for the trigger of a group. {@link changes} is the stream of all changes of a group. Both need
 * the feed. Each operation ({@link create}, {@link reset}, {@link trigger} …) is one request of the exchange's API.
 *
 * **Gotchas**
 *
 * - Without `subaccount`, reads cover all accounts and writes apply to the primary account.
 * - Writes take an `exchange_index`, because a group is on one shard of the exchange. Default: 0. Reads take no
 *   `exchange_index`.
 * - No response shows whether a group is triggered. The field `is_auto_cancel_enabled` does not show it either. Only
 *   the feed reports a trigger. Without the feed, the only sign is that the exchange refuses orders of the group.
 *   Source: the fields of the OpenAPI document of October 26, 2026, and a recorded response in which a new group has
 *   `is_auto_cancel_enabled: false`.
 *
 * @module
 */
export * from "../rest/OrderGroups.ts"
export {
  changes,
  type GroupChange,
  type GroupLoss,
  OrderGroupDeleted,
  type Trigger,
  type TriggerError,
  TriggerUnknown,
  watch,
  type WatchedGroup
} from "./groupChanges.ts"
