export { type Keymap, keymap } from "./keymap.ts";
export { keyLabels, matches, parse, type Stroke } from "./keys.ts";
export { listenForKeys } from "./listen.ts";
export { type Command, commands, keysOf, type Scope, useCommand, useCommandList, useCommands } from "./registry.ts";
