import { createRoute } from "@tanstack/react-router";
import { page } from "../../routes.ts";
import { settingsRoute } from "../settings/routes.ts";

const generalRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "general",
  component: page(() => import("./routes/GeneralPage.tsx"), "GeneralPage", "organization"),
});
const brandingRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "branding",
  component: page(() => import("./routes/BrandingPage.tsx"), "BrandingPage", "organization"),
});
const domainsRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "domains",
  component: page(() => import("./routes/DomainsPage.tsx"), "DomainsPage", "organization"),
});
const exportsRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "exports",
  component: page(() => import("./routes/ExportsPage.tsx"), "ExportsPage", "organization"),
});
const providersRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "sign-in",
  component: page(() => import("./routes/ProvidersPage.tsx"), "ProvidersPage", "organization"),
});
const providerRoute = createRoute({
  getParentRoute: () => settingsRoute,
  path: "sign-in/$id",
  component: page(() => import("./routes/ProviderPage.tsx"), "ProviderPage", "organization", "words"),
});

export const organizationRoutes = [
  generalRoute,
  brandingRoute,
  domainsRoute,
  exportsRoute,
  providersRoute,
  providerRoute,
];
