export { NotificationWishes } from "./ui/NotificationWishes.tsx";
