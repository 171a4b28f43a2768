/**
 * The completion scripts of the shells. The shell functions in this module complete the fields of operations and the
 * names of profiles. The scripts of `effect/cli` complete everything else.
 *
 * @module
 */
import * as Completions from "effect/cli/Completions"

export interface OperationFields {
  readonly operation: string
  readonly fields: ReadonlyArray<{ readonly name: string; readonly values: ReadonlyArray<string> }>
}

export type Shell = "bash" | "zsh" | "fish"

const quote = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`

/** Replaces a part of a script. Throws if the part is missing: `effect/cli` has then changed its script. */
const replace = (script: string, part: string, by: string): string => {
  if (!script.includes(part)) throw new Error(`The completion script has no ${JSON.stringify(part)}`)
  return script.replace(part, () => by)
}

const lookups = (operations: ReadonlyArray<OperationFields>, profiles: string): string => {
  const fieldsOf = operations.map(
    ({ fields, operation }) => `    ${operation}) _fields=(${fields.map(({ name }) => quote(`${name}=`)).join(" ")}) ;;`
  )
  const valuesOf = operations.flatMap(({ fields, operation }) =>
    fields
      .filter(({ values }) => values.length > 0)
      .map(({ name, values }) => `    '${operation} ${name}') _values=(${values.map(quote).join(" ")}) ;;`)
  )
  return `_kalshi_fields_of() {
  _fields=()
  case "$1" in
${fieldsOf.join("\n")}
    *) return 1 ;;
  esac
}

_kalshi_values_of() {
  _values=()
  case "$1" in
${valuesOf.join("\n")}
  esac
}

_kalshi_profiles() {
  ${profiles}
}
`
}

const profileNames = "kalshi profile list --csv 2>/dev/null | tail -n +2 | cut -d, -f1 | tr -d '\\r'"

const bash = (standard: string, operations: ReadonlyArray<OperationFields>): string => {
  const own = `${lookups(operations, profileNames)}
_kalshi_names() {
  local cur prev words cword _fields _values _word _operation= _prefix=
  _init_completion -n =: 2>/dev/null || return
  for _word in "\${words[@]:1:cword-1}"; do
    if _kalshi_fields_of "$_word"; then _operation="$_word"; break; fi
  done
  if [[ "$prev" == --profile || ( "\${words[1]}" == profile && "$prev" =~ ^(show|use|remove)$ ) ]]; then
    COMPREPLY=( $(compgen -W "$(_kalshi_profiles)" -- "$cur") )
  elif [[ -n "$_operation" && "$cur" == *=* ]]; then
    _kalshi_values_of "$_operation \${cur%%=*}"
    [[ "$COMP_WORDBREAKS" == *=* ]] || _prefix="\${cur%%=*}="
    COMPREPLY=( $(compgen -P "$_prefix" -W "\${_values[*]}" -- "\${cur#*=}") )
  elif [[ -n "$_operation" && "$cur" != -* ]]; then
    _kalshi_fields_of "$_operation"
    compopt -o nospace 2>/dev/null
    COMPREPLY=( $(compgen -W "\${_fields[*]}" -- "$cur") )
  else
    _kalshi "$@"
  fi
}

`
  const script = replace(standard, "complete -F _kalshi kalshi", `${own}complete -F _kalshi_names kalshi`)
  return replace(script, "kalshi --completions bash >> ~/.bashrc", "kalshi completions bash >> ~/.bashrc")
}

const zsh = (standard: string, operations: ReadonlyArray<OperationFields>): string => {
  const own = `${lookups(operations, profileNames)}
_kalshi_names() {
  local word operation
  local -a _fields _values
  for word in "\${(@)words[2,CURRENT-1]}"; do
    if _kalshi_fields_of "$word"; then operation="$word"; break; fi
  done
  if [[ "\${words[CURRENT-1]}" == --profile ]] ||
     [[ "\${words[2]}" == profile && "\${words[CURRENT-1]}" == (show|use|remove) ]]; then
    compadd -- \${(f)"$(_kalshi_profiles)"}
  elif [[ -n "$operation" && "\${words[CURRENT]}" == *=* ]]; then
    _kalshi_values_of "$operation \${words[CURRENT]%%=*}"
    compset -P '*='
    compadd -- $_values
  elif [[ -n "$operation" && "\${words[CURRENT]}" != -* ]]; then
    _kalshi_fields_of "$operation"
    compadd -S '' -- $_fields
  else
    _kalshi "$@"
  fi
}

`
  const start = "# Handle both direct invocation and autoload"
  let script = replace(standard, start, `${own}${start}`)
  script = replace(
    script,
    '  _kalshi "$@"\nelse\n  compdef _kalshi kalshi',
    '  _kalshi_names "$@"\nelse\n  compdef _kalshi_names kalshi'
  )
  return replace(
    script,
    "kalshi --completions zsh > ~/.zsh/completions/_kalshi",
    "kalshi completions zsh > ~/.zsh/completions/_kalshi"
  )
}

const fish = (standard: string, operations: ReadonlyArray<OperationFields>): string => {
  const cases = operations
    .filter(({ fields }) => fields.length > 0)
    .map(({ fields, operation }) => {
      const words = fields.flatMap(({ name, values }) =>
        values.length === 0 ? [`${name}=`] : values.map((value) => `${name}=${value}`)
      )
      return `      case ${operation}\n        printf '%s\\n' ${words.map(quote).join(" ")}`
    })
  const script = replace(
    standard,
    "kalshi --completions fish > ~/.config/fish/completions/kalshi.fish",
    "kalshi completions fish > ~/.config/fish/completions/kalshi.fish"
  )
  return `${script}

function __kalshi_fields
  for word in (commandline -opc)
    switch $word
${cases.join("\n")}
    end
  end
end

function __kalshi_profiles
  kalshi profile list --csv 2>/dev/null | tail -n +2 | cut -d, -f1 | tr -d '\\r'
end

complete -c kalshi -n '__fish_seen_subcommand_from call' -f -a '(__kalshi_fields)'
complete -c kalshi -n '__fish_seen_subcommand_from profile; and __fish_seen_subcommand_from show use remove' -f -a '(__kalshi_profiles)'
complete -c kalshi -l profile -x -a '(__kalshi_profiles)'
`
}

/** Adds the global flags to each command, and the names of the operations to `kalshi call`. */
const complete = (
  command: Completions.CommandDescriptor,
  flags: ReadonlyArray<Completions.FlagDescriptor>,
  operations: ReadonlyArray<OperationFields>,
  isTop: boolean
): Completions.CommandDescriptor => ({
  ...command,
  // The negated form of a flag, such as --no-yes, would double the list.
  flags: [...command.flags, ...flags].map((flag) => ({ ...flag, negation: false })),
  arguments: command.arguments.map((argument, index) =>
    isTop && command.name === "call" && index === 0
      ? { ...argument, type: { _tag: "Choice", values: operations.map(({ operation }) => operation) } }
      : argument
  ),
  subcommands: command.subcommands.map((inner) => complete(inner, flags, operations, command.name === "kalshi"))
})

export const completionScript = (
  shell: Shell,
  root: Completions.CommandDescriptor,
  flags: ReadonlyArray<Completions.FlagDescriptor>,
  operations: ReadonlyArray<OperationFields>
): string => {
  const standard = Completions.generate("kalshi", shell, complete(root, flags, operations, false))
  return { bash, zsh, fish }[shell](standard, operations)
}
