export { providersQuery } from "./api.ts";
export { RecoveryCodes, SecondFactorSetup } from "./ui/SecondFactorSetup.tsx";
