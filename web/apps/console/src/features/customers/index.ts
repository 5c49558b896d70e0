export { type Customer, customerQuery, customersQuery } from "./api.ts";
