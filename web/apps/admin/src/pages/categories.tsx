/** Boxes to tick: categories as a tree, brands; long lists have a filter. */
import { useQuery } from "@tanstack/react-query";
import clsx from "clsx";
import { useState } from "react";
import { api, take } from "../api";
import { t, useSpoken } from "../texts";
import { flat, useCategories } from "./products";

interface Entry {
  id: string;
  name: string;
  depth: number;
}

interface BoxesProps {
  label: string;
  entries: Entry[];
  chosen: string[];
  choose: (ids: string[]) => void;
}

function Boxes({ label, entries, chosen, choose }: BoxesProps) {
  const [look, setLook] = useState("");
  const shown = entries.filter((entry) => entry.name.toLowerCase().includes(look.trim().toLowerCase()));
  const turn = (id: string, isOn: boolean) => choose((isOn ? [...chosen, id] : chosen.filter((each) => each !== id)).sort());
  return (
    <fieldset>
      <legend className="mb-1 text-sm font-medium">{label}</legend>
      {entries.length > 8 && <input type="search" aria-label={`${t("filter")}: ${label}`} placeholder={t("filter")} className="field mb-2" value={look} onChange={(event) => setLook(event.target.value)} />}
      <div className="max-h-64 overflow-auto rounded-xl border border-line p-2" tabIndex={0} role="group" aria-label={label}>
        {shown.map(({ id, name, depth }) => (
          <label key={id} className={clsx("flex min-h-9 items-center gap-2", depth === 1 && "pl-5", depth > 1 && "pl-10")}>
            <input type="checkbox" className="size-4 shrink-0 accent-(--accent)" checked={chosen.includes(id)} onChange={(event) => turn(id, event.target.checked)} />
            {name}
          </label>
        ))}
      </div>
    </fieldset>
  );
}

type ChoiceProps = Pick<BoxesProps, "chosen" | "choose">;

export function CategoryBoxes(props: ChoiceProps) {
  const categories = useCategories();
  const entries = flat(categories.data ?? []).map(({ node, depth }) => ({ id: node.id, name: node.name, depth }));
  return <Boxes label={t("categories")} entries={entries} {...props} />;
}

export function useBrands() {
  const { language } = useSpoken();
  return useQuery({
    queryKey: ["brands", language],
    staleTime: 60_000,
    queryFn: ({ signal }) => take(api.GET("/api/v1/catalogue/brands/", { params: { query: { limit: 100, language } }, signal })),
  });
}

export function BrandBoxes(props: ChoiceProps) {
  const brands = useBrands();
  return <Boxes label={t("brands")} entries={(brands.data?.data ?? []).map(({ id, name }) => ({ id, name, depth: 0 }))} {...props} />;
}
