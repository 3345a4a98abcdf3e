"""Wording: finding a client: filters and list."""

from contract.schema import Text

WORDS = {
    "find.title": Text(fr="Clients", en="Clients"),
    "find.text": Text(fr="Référence client", en="Client reference"),
    "find.text_hint": Text(fr="Début de la référence", en="Start of the reference"),
    "find.more": Text(fr="Plus de filtres", en="More filters"),
    "find.fewer": Text(fr="Moins de filtres", en="Fewer filters"),
    "find.clear": Text(fr="Effacer les filtres", en="Clear filters"),
    "find.any": Text(fr="Tous", en="Any"),
    "find.from_to": Text(fr="de {low} à {high}", en="from {low} to {high}"),
    "find.at_least": Text(fr="à partir de {low}", en="{low} and more"),
    "find.at_most": Text(fr="jusqu’à {high}", en="up to {high}"),
    "find.count_none": Text(fr="Aucun client", en="No client"),
    "find.count_one": Text(fr="1 client", en="1 client"),
    "find.count": Text(fr="{count} clients", en="{count} clients"),
    "find.count_more": Text(fr="plus de {count} clients", en="more than {count} clients"),
    "find.searching": Text(fr="Recherche…", en="Searching…"),
    "table.caption": Text(
        fr="Liste des clients ; choisissez-en un pour ouvrir sa fiche",
        en="List of clients; choose one to open their file",
    ),
    "table.reference": Text(fr="Référence", en="Reference"),
    "table.open": Text(fr="Ouvrir la fiche du client {ref}", en="Open the file of client {ref}"),
    "table.sort": Text(fr="Trier par {label}", en="Sort by {label}"),
    "table.previous": Text(fr="Précédents", en="Previous"),
    "table.next": Text(fr="Suivants", en="Next"),
    "table.range": Text(fr="{first} à {last}", en="{first} to {last}"),
    "table.empty_title": Text(fr="Aucun client ne correspond", en="No client matches"),
    "table.empty_text": Text(
        fr="Élargissez une plage, vérifiez la référence, ou repartez de la liste entière.",
        en="Widen a range, check the reference, or start again from the whole list.",
    ),
    "table.none_title": Text(fr="Aucun client en base", en="No client in the database"),
    "table.none_text": Text(
        fr="Chargez des clients avec « neoscore db seed », puis réessayez.",
        en="Load clients with “neoscore db seed”, then try again.",
    ),
}
