/** The dashboard: a client of the public API and of nothing else. */
import "./dashboard.css";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider, createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Refusal } from "./api";
import { Home } from "./pages/home";
import { Shell } from "./shell";
import { firstLanguage, speak, t } from "./texts";
import { dress } from "./theme";
import { Bones, Empty, type Query } from "./ui";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // A clear "no" stays one; a lost connection is worth a second try.
      retry: (count, error) => count < 1 && error instanceof Refusal && (error.status === 0 || error.status >= 500),
    },
  },
});

const root = createRootRoute({
  component: Shell,
  notFoundComponent: () => <Empty icon="search" title={t("notFound")} />,
});

const orders = () => import("./pages/orders");
const order = () => import("./pages/order");
const products = () => import("./pages/products");
const product = () => import("./pages/product");
const variant = () => import("./pages/variant");
const collections = () => import("./pages/collections");
const sales = () => import("./pages/sales");
const promotions = () => import("./pages/promotions");
const shipping = () => import("./pages/shipping");
const taxes = () => import("./pages/taxes");
const stock = () => import("./pages/stock");
const payments = () => import("./pages/payments");
const cases = () => import("./pages/cases");
const books = () => import("./pages/books");
const webhooks = () => import("./pages/webhooks");
const papers = () => import("./pages/papers");
const packing = () => import("./pages/packing");
const returns = () => import("./pages/returns");
const jobs = () => import("./pages/jobs");
const people = () => import("./pages/staff");

function at<T extends Record<string, unknown>>(path: string, page: () => Promise<T>, name: keyof T & string) {
  return createRoute({ getParentRoute: () => root, path, component: lazyRouteComponent(page, name) });
}

const tree = root.addChildren([
  createRoute({ getParentRoute: () => root, path: "/", component: Home }),
  at("/orders", orders, "Orders"),
  at("/orders/papers", papers, "PapersPage"),
  at("/orders/$id", order, "OrderPage"),
  at("/packing", packing, "Packing"),
  at("/packing/parcels", packing, "ParcelsPage"),
  at("/returns", returns, "Returns"),
  at("/returns/$id", returns, "ReturnPage"),
  at("/products", products, "Products"),
  at("/products/new", products, "NewProduct"),
  at("/products/collections", collections, "Collections"),
  at("/products/collections/$id", collections, "CollectionPage"),
  at("/products/sales", sales, "Sales"),
  at("/products/sales/new", sales, "NewSale"),
  at("/products/sales/$id", sales, "SalePage"),
  at("/products/$id", product, "ProductPage"),
  at("/products/$id/variants/$variant", variant, "VariantPage"),
  at("/stock", stock, "Stock"),
  at("/promotions", promotions, "Promotions"),
  at("/promotions/new", promotions, "NewPromotion"),
  at("/promotions/$id", promotions, "PromotionPage"),
  at("/delivery", shipping, "ShippingPage"),
  at("/delivery/taxes", taxes, "TaxesPage"),
  at("/payments", payments, "Attempts"),
  at("/payments/attempts/$id", cases, "AttemptPage"),
  at("/payments/refunds", payments, "Refunds"),
  at("/payments/refunds/$id", cases, "RefundPage"),
  at("/payments/decisions", payments, "Reviews"),
  at("/payments/decisions/$id", cases, "ReviewPage"),
  at("/payments/received", payments, "Received"),
  at("/payments/comparison", payments, "Reconciliations"),
  at("/payments/differences/$id", cases, "BreakPage"),
  at("/books", books, "Balances"),
  at("/books/entries", books, "Transfers"),
  at("/books/days", books, "Days"),
  at("/webhooks", webhooks, "Endpoints"),
  at("/webhooks/endpoints/$id", webhooks, "EndpointPage"),
  at("/webhooks/deliveries", webhooks, "Deliveries"),
  at("/webhooks/deliveries/$id", webhooks, "DeliveryPage"),
  at("/jobs", jobs, "Jobs"),
  at("/jobs/$id", jobs, "JobPage"),
  at("/staff", people, "StaffPage"),
]);

const router = createRouter({
  routeTree: tree,
  basepath: "/admin",
  // What was begun for one order, product or job is not shown with the next.
  defaultRemountDeps: ({ params }) => params,
  // Addresses that people can read and edit: plain names and values.
  parseSearch: (text): Query => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (query) => {
    const given = Object.entries(query as Query).filter((pair): pair is [string, string] => Boolean(pair[1]));
    return given.length > 0 ? `?${new URLSearchParams(given)}` : "";
  },
  defaultPendingComponent: () => <Bones />,
});

dress();
const element = document.getElementById("dashboard");
if (element) {
  void speak(firstLanguage()).then(() => {
    createRoot(element).render(
      <StrictMode>
        <QueryClientProvider client={queries}>
          <RouterProvider router={router as never} />
        </QueryClientProvider>
      </StrictMode>,
    );
  });
}
