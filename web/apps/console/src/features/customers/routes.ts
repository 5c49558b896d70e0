import { createRoute } from "@tanstack/react-router";
import { page, shellRoute } from "../../routes.ts";
import { customerSearch, customersSearch } from "./search.ts";

const customersRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/customers",
  validateSearch: customersSearch,
  component: page(() => import("./routes/CustomersPage.tsx"), "CustomersPage", "customers"),
});

const customerRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/customers/$id",
  validateSearch: customerSearch,
  component: page(() => import("./routes/CustomerPage.tsx"), "CustomerPage", "customers", "words"),
});

export const customersRoutes = [customersRoute, customerRoute];
