export { Domains } from "./ui/Domains.tsx";
