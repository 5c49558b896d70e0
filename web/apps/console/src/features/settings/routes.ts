import { createRoute } from "@tanstack/react-router";
import { page, shellRoute } from "../../routes.ts";

/** The frame of all settings; other features hang their sections below it. */
export const settingsRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/settings",
  component: page(() => import("./routes/SettingsFrame.tsx"), "SettingsFrame", "settings"),
});

export const settingsIndexRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "/",
  component: page(() => import("./routes/SettingsHome.tsx"), "SettingsHome", "settings"),
});
