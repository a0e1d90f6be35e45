#include "catalogue.h"

#include "text.h"

static const catalogue_book novels[] = {
    {"don-quixote", "Don Quixote", {{"Miguel de Cervantes", 1547}}, GENRE(NOVEL), 1605,
     {{"de", "Don Quijote"}, {"es", "Don Quijote de la Mancha"}}, .lendable = true},
    {"frankenstein", "Frankenstein", {{"Mary Shelley", 1797}}, GENRE(NOVEL), 1818,
     {{"de", "Frankenstein oder Der moderne Prometheus"}}, .isbn = "9780141439471", .lendable = true},
    {"good-omens", "Good Omens", {{"Terry Pratchett", 1948}, {"Neil Gaiman", 1960}}, GENRE(NOVEL), 1990,
     {{"de", "Ein gutes Omen"}, {"fr", "De bons présages"}}, .isbn = "9780060853983", .lendable = true},
    {"middlemarch", "Middlemarch", {{"George Eliot", 1819}}, GENRE(NOVEL), 1871,
     {}, .isbn = "9780141439549", .lendable = true},
    {"the-trial", "The Trial", {{"Franz Kafka", 1883}}, GENRE(NOVEL), 1925,
     {{"cs", "Proces"}, {"de", "Der Process"}}, .lendable = true},
};

static const catalogue_book poetry[] = {
    {"beowulf", "Beowulf", {{"Anonymous", UNKNOWN_YEAR}}, GENRE(POETRY), UNKNOWN_YEAR,
     {}, .shelfmark = "Cotton MS Vitellius A XV", .lendable = false},
    {"leaves-of-grass", "Leaves of Grass", {{"Walt Whitman", 1819}}, GENRE(POETRY), 1855,
     {{"de", "Grashalme"}, {"fr", "Feuilles d'herbe"}}, .lendable = true},
    {"the-divine-comedy", "The Divine Comedy", {{"Dante Alighieri", 1265}}, GENRE(POETRY), 1321,
     {{"de", "Die Göttliche Komödie"}, {"it", "Divina Commedia"}}, .lendable = true},
    {"the-odyssey", "The Odyssey", {{"Homer", UNKNOWN_YEAR}}, GENRE(POETRY), -700,
     {{"de", "Die Odyssee"}, {"el", "Ὀδύσσεια"}}, .lendable = true},
};

static const catalogue_book science[] = {
    {"on-the-origin-of-species", "On the Origin of Species", {{"Charles Darwin", 1809}}, GENRE(SCIENCE), 1859,
     {{"de", "Über die Entstehung der Arten"}}, .lendable = true},
    {"principles-of-natural-philosophy", "Principles of Natural Philosophy", {{"Isaac Newton", 1642}},
     GENRE(SCIENCE), 1687, {{"la", "Philosophiae Naturalis Principia Mathematica"}}, .lendable = false},
    {"relativity", "Relativity", {{"Albert Einstein", 1879}}, GENRE(SCIENCE), 1916,
     {{"de", "Über die spezielle und die allgemeine Relativitätstheorie"}}, .lendable = true},
    {"silent-spring", "Silent Spring", {{"Rachel Carson", 1907}}, GENRE(SCIENCE), 1962,
     {{"de", "Der stumme Frühling"}}, .isbn = "9780618249060", .lendable = true},
    {"sketch-of-the-analytical-engine", "Sketch of the Analytical Engine",
     {{"Luigi Federico Menabrea", 1809}, {"Ada Lovelace", 1815}}, GENRE(SCIENCE), 1843, {}, .lendable = true},
    {"the-starry-messenger", "The Starry Messenger", {{"Galileo Galilei", 1564}}, GENRE(SCIENCE), 1610,
     {{"la", "Sidereus Nuncius"}}, .lendable = false},
};

static const catalogue_book stories[] = {
    {"dubliners", "Dubliners", {{"James Joyce", 1882}}, GENRE(STORIES), 1914, {{"de", "Dubliner"}},
     .lendable = true},
    {"ficciones", "Ficciones", {{"Jorge Luis Borges", 1899}}, GENRE(STORIES), 1944,
     {{"de", "Fiktionen"}, {"en", "Fictions"}}, .isbn = "9780802130303", .lendable = true},
    {"one-thousand-and-one-nights", "One Thousand and One Nights", {{"Anonymous", UNKNOWN_YEAR}},
     GENRE(STORIES), UNKNOWN_YEAR, {{"ar", "ألف ليلة وليلة"}, {"de", "Tausendundeine Nacht"}},
     .lendable = true},
    {"the-canterbury-tales", "The Canterbury Tales", {{"Geoffrey Chaucer", UNKNOWN_YEAR}}, GENRE(STORIES),
     1400, {}, .shelfmark = "EL 26 C 9", .lendable = false},
};

#define SHELF(ID, THEME) {#ID, THEME, ID, sizeof ID / sizeof *ID}

const catalogue_shelf catalogue[] = {
    SHELF(novels, "Novels, old and new"),
    SHELF(poetry, "Verse, from clay to paper"),
    SHELF(science, "How the world works"),
    SHELF(stories, "Stories for one evening"),
};
const size_t catalogue_shelves = sizeof catalogue / sizeof *catalogue;

const catalogue_shelf *catalogue_find_shelf(string id) {
  for (size_t i = 0; i < catalogue_shelves; i++)
    if (text_equal(id, catalogue[i].id))
      return &catalogue[i];
  return NULL;
}

const catalogue_book *catalogue_find_book(const catalogue_shelf *shelf, string id) {
  for (size_t i = 0; i < shelf->count; i++)
    if (text_equal(id, shelf->books[i].id))
      return &shelf->books[i];
  return NULL;
}

static string copy(const char *literal) { return text_copy(text_view(literal)); }

static library_service_option_s32_t year(int32_t number) {
  return (library_service_option_s32_t){number != UNKNOWN_YEAR, number};
}

book catalogue_copy(const catalogue_book *from) {
  book to = {.id = copy(from->id),
             .title = copy(from->title),
             .genre = {.tag = from->genre},
             .year = year(from->year),
             .lendable = from->lendable};

  to.authors.ptr = allocate(sizeof from->authors / sizeof *from->authors * sizeof(author));
  for (const catalogue_author *a = from->authors; a->name; a++)
    to.authors.ptr[to.authors.len++] = (author){copy(a->name), year(a->born)};

  to.translations.ptr =
      allocate(sizeof from->translations / sizeof *from->translations * sizeof(translation));
  for (const catalogue_translation *t = from->translations; t->language; t++)
    to.translations.ptr[to.translations.len++] = (translation){copy(t->language), copy(t->title)};

  if (from->isbn) {
    to.identifier.is_some = true;
    to.identifier.val.tag = IDENTIFIER(ISBN);
    to.identifier.val.val.isbn = copy(from->isbn);
  } else if (from->shelfmark) {
    to.identifier.is_some = true;
    to.identifier.val.tag = IDENTIFIER(SHELFMARK);
    to.identifier.val.val.shelfmark = copy(from->shelfmark);
  }
  return to;
}
