"""Which words call for which drawing, and which for which colour."""

import re
from collections.abc import Mapping
from unicodedata import combining, normalize

# Drawing: what it is called. A phrase wins over the words in it; the plural is understood.
_CALLED = {
    "alarm-clock": "alarm clock, table clock, mantel clock, travel clock",
    "apron": "apron, pinafore, smock",
    "armchair": "armchair, arm chair, recliner, lounge chair, easy chair, wingback",
    "backpack": "backpack, rucksack, knapsack, daypack, school bag, schoolbag",
    "bag": "bag, handbag, satchel, crossbody, shoulder bag, holdall, duffel, weekender, briefcase, purse, clutch",
    "ball": "ball, football, basketball, beach ball, volleyball",
    "ballpoint": "ballpoint, ballpoint pen, rollerball, gel pen, biro",
    "basket": "basket, hamper, trug, crate, laundry basket",
    "bath-brush": "bath brush, back brush, body brush, dish brush, washing up brush, hairbrush, hair brush",
    "beanbag": "beanbag, bean bag, pouf, pouffe, floor cushion",
    "beanie": "beanie, bobble hat, woolly hat, knit hat, knitted hat",
    "bed": "bed, bedframe, bed frame, daybed, mattress, duvet, quilt, bedding, bed linen, sheet, fitted sheet",
    "belt": "belt",
    "bench": "bench, garden bench, pew",
    "blanket": "blanket, throw, bedspread, coverlet, picnic mat, picnic blanket",
    "blocks": "block, building block, brick, stacking toy, construction set",
    "board": "board, cutting board, chopping board, bread board, breadboard, cheese board, serving board, tray",
    "book": "book, cookbook, novel, atlas, guide, paperback, hardback, album, encyclopedia",
    "boots": "boot, wellington, welly, wellies",
    "bottle": "bottle, carafe, decanter, oil, olive oil, vinegar, wine, beer, juice, syrup, cordial, diffuser, perfume",
    "bowl": "bowl, salad bowl, dish, ramekin, mortar, colander",
    "box": "box, chest, trunk, storage box, lunch box, lunchbox, bread bin, toolbox, case",
    "bracelet": "bracelet, bangle, bead",
    "bread-knife": "bread knife, serrated knife, bread, loaf, sourdough",
    "broom": "broom, mop, dustpan, besom",
    "brush": "brush, nail brush, scrubbing brush, scrub brush, shoe brush, clothes brush",
    "bucket": "bucket, pail, bin, waste bin, trash can",
    "camp-lantern": "camp lantern, camping lantern, storm lantern, hurricane lamp, oil lamp, torch, flashlight",
    "camp-stool": "camp stool, folding stool, camp chair, camping chair, deck chair, deckchair, folding chair",
    "candle": "candle, scented candle, tealight, tea light, votive, wax melt",
    "candlestick": "candlestick, candle holder, candleholder, candelabra, taper, dinner candle",
    "cap": "cap, baseball cap, trucker cap, visor",
    "card": "card, greeting card, postcard, letter set, stationery set, envelope, writing paper, sticker, calendar",
    "chair": "chair, dining chair, spindle chair, high chair",
    "clock": "clock, wall clock",
    "comb": "comb, hair comb, hair clip",
    "cushion": "cushion, pillow, throw pillow, pillowcase, pillow case, bolster",
    "cutlery": "cutlery, fork, flatware, silverware, spoon and fork, napkin",
    "desk": "desk, writing desk, workstation, bureau",
    "desk-lamp": "desk lamp, reading lamp, task lamp, clip lamp, work lamp, spotlight",
    "dispenser": "dispenser, soap dispenser, hand wash, body wash, shower gel, shampoo, conditioner, lotion",
    "drawers": "drawer, chest of drawer, dresser, sideboard, cabinet, cupboard, wardrobe, nightstand",
    "dress": "dress, gown, sundress, pinafore dress, jumpsuit",
    "dripper": "dripper, coffee dripper, pour over, coffee maker, coffee filter, cafetiere, french press",
    "earrings": "earring, ear ring, stud, hoop",
    "enamel-mug": "enamel mug, camp mug, camping mug, enamel camp mug, tin mug, travel mug, tin cup",
    "fence": "fence, fencing, slat, trellis, gate, lattice",
    "flask": "flask, vacuum flask, thermos, insulated flask",
    "floor-lamp": "floor lamp, standing lamp, linen floor lamp, tripod lamp",
    "glass": "glass, tumbler, wine glass, drinking glass, goblet, highball, glassware",
    "glasses": "sunglasses, eyeglasses, spectacle, reading glasses, goggle",
    "gloves": "glove, mitten, mitt, oven glove, oven mitt",
    "hammock": "hammock, swing",
    "hanging-pot": "hanging plant pot, hanging pot, hanging planter, hanging basket, macrame hanger, plant hanger",
    "hat": "hat, sun hat, straw hat, fedora, bucket hat",
    "headphones": "headphone, headset, earphone, earbud",
    "jacket": "jacket, coat, parka, anorak, raincoat, blazer, overshirt, windbreaker, tuxedo, suit, waistcoat, gilet",
    "jar": "jar, storage jar, canister, honey, jam, marmalade, chutney, preserve, cream, face cream, balm, salt, spice",
    "jug": "jug, pitcher, creamer, ewer, milk jug",
    "kettle": "kettle",
    "kite": "kite",
    "knife": "knife, knives, kitchen knife, chef knife, pocket knife, penknife, cleaver",
    "lamp": "lamp, table lamp, bedside lamp, night light, lampshade, lamp shade, light",
    "lantern": "lantern, porch lantern, candle lantern",
    "mill": "mill, grinder, pepper mill, salt mill, coffee grinder",
    "mirror": "mirror",
    "mug": "mug, cup, coffee cup, tea cup, teacup, espresso cup, beaker",
    "mushroom-lamp": "mushroom lamp, mushroom table lamp, dome lamp",
    "necklace": "necklace, chain, locket, choker, jewellery, jewelry",
    "notebook": "notebook, journal, diary, planner, sketchbook, sketch book, notepad, note book, agenda, logbook",
    "organiser": "organiser, organizer, desk organiser, desk tidy, pen holder, letter rack, file",
    "pan": "pan, frying pan, skillet, saucepan, wok, griddle",
    "paper-pendant": "paper pendant, paper lantern, paper lamp, paper shade, globe pendant",
    "parcel": "gift box, gift set, gift card, gift voucher, present, parcel",
    "peg-shelf": "peg shelf, peg rail, coat rack, coat rail, hook, peg, hook rail",
    "packet": "packet, coffee, coffee bean, granola, flour, pasta, rice, seed, pack",
    "pen": "pen, fountain pen, calligraphy pen, nib",
    "pencil": "pencil, colour pencil, crayon, pen pot, pencil pot, marker",
    "pencil-case": "pencil case, pen case, pencil pouch",
    "pendant": "pendant, pendant lamp, pendant light, ceiling light, ceiling lamp, chandelier",
    "picture": "picture, poster, print, art print, photo frame, picture frame, frame, painting, canvas print",
    "plant-pot": "pot, plant pot, flower pot, flowerpot, planter, plant, houseplant, cactus, succulent, ceramic pot",
    "plate": "plate, platter, saucer, dinner plate, side plate, dinner set, tableware, coaster, placemat",
    "pot": "cooking pot, soup pot, casserole, stockpot, dutch oven, cocotte, stock pot",
    "pouch": "pouch, zip pouch, wash bag, toiletry bag, make up bag, makeup bag, cosmetic bag, sleeve, laptop sleeve",
    "puzzle": "puzzle, jigsaw, jigsaw puzzle, board game, game",
    "ring": "ring, signet, engagement ring",
    "robe": "robe, bathrobe, dressing gown, kimono, pyjama, pajama",
    "rocking-chair": "rocking chair, rocker",
    "rug": "rug, carpet, mat, doormat, door mat, runner, kilim, bath mat, yoga mat",
    "scarf": "scarf, scarves, shawl, snood, stole, wrap",
    "scissors": "scissor, shear",
    "secateurs": "secateur, pruner, pruning shear, lopper, plier",
    "shelf": "shelf, shelves, bookcase, bookshelf, wall shelf, shelving, rack",
    "shirt": "shirt, blouse, flannel shirt, polo, polo shirt",
    "shoes": "shoe, sneaker, trainer, slipper, sandal, loafer, espadrille, clog, high top, footwear",
    "skirt": "skirt, short",
    "soap": "soap, soap bar, bar soap, shampoo bar, shaving soap, soap dish, bath bomb, bath salt",
    "socks": "sock, stocking, tight",
    "sofa": "sofa, couch, settee, loveseat",
    "spoon": "spoon, wooden spoon, spatula, ladle, whisk, utensil, utensil set, tong, rolling pin, turner",
    "stool": "stool, footstool, bar stool, ottoman, step stool",
    "striped-t-shirt": "striped t shirt, striped tee, striped top, breton top, breton",
    "sweater": "sweater, jumper, pullover, cardigan, hoodie, sweatshirt, knit, knitwear, fleece, varsity top",
    "t-shirt": "t shirt, tshirt, tee, top, tank top, bodysuit, romper",
    "table": "table, coffee table, dining table, side table, bedside table, console, trestle",
    "tea-towel": "tea towel, dish towel, dishcloth, dish cloth, hammam towel, hand towel, tablecloth, table cloth, "
    "table runner, curtain, cloth, linen napkin, shower curtain",
    "teapot": "teapot, tea pot, tea set",
    "teddy": "teddy, teddy bear, bear, plush, soft toy, cuddly toy, stuffed animal, doll, bunny, rabbit",
    "tent": "tent, tepee, teepee, tipi, tarp, bivouac, play tent",
    "tin": "tin, tea, loose tea, tea caddy, caddy, matcha, biscuit tin, cookie jar",
    "tool": "hammer, axe, hatchet, mallet, tool, tool set, screwdriver",
    "toothbrush": "toothbrush, tooth brush, toothbrush holder",
    "tote": "tote, tote bag, shopper, shopping bag, market bag, canvas bag, beach bag, book bag",
    "towel": "towel, bath towel, beach towel, bath sheet, flannel, washcloth, face cloth",
    "toy-car": "car, toy car, truck, van, tractor, toy, vehicle",
    "toy-duck": "duck, toy duck, pull along, pull along toy, rubber duck",
    "toy-train": "train, toy train, locomotive, railway",
    "trousers": "trouser, pant, jean, chino, legging, jogger, dungaree, overall",
    "trowel": "trowel, hand trowel, spade, shovel, hand fork, garden fork, dibber, rake, hoe",
    "tube": "tube, toothpaste, hand cream, sunscreen, sun cream, ointment, moisturiser, moisturizer",
    "umbrella": "umbrella, parasol",
    "vase": "vase, bud vase, bouquet, flower, dried flower, stem vase",
    "wallet": "wallet, card wallet, card holder, cardholder, card case, coin purse, money clip, passport holder",
    "watch": "watch, wristwatch, wrist watch",
    "water-bottle": "water bottle, drinking bottle, steel bottle, insulated bottle, sports bottle",
    "watering-can": "watering can, watering jug",
}

# What a thing is made of where no colour is said.
NATURAL_COLOURS = {
    "bag": "#a86a42",
    "basket": "#c9a063",
    "belt": "#8a5636",
    "bench": "#b98a58",
    "board": "#c99a66",
    "bread-knife": "#4a4f55",
    "broom": "#3d6b57",
    "brush": "#c08b57",
    "bath-brush": "#c08b57",
    "chair": "#b98a58",
    "clock": "#b98a58",
    "desk": "#b98a58",
    "drawers": "#b07e4f",
    "fence": "#b98a58",
    "mill": "#a8744a",
    "pan": "#4a4f55",
    "paper-pendant": "#f6ecd9",
    "peg-shelf": "#b98a58",
    "rocking-chair": "#b07e4f",
    "shelf": "#b98a58",
    "stool": "#b98a58",
    "table": "#b98a58",
    "teddy": "#b98454",
    "toy-duck": "#d9a23c",
    "wallet": "#a86a42",
}

_COLOURS = {
    "#2b3a5b": "navy, navy blue, midnight, midnight blue, ink",
    "#3f6a9c": "blue, steel blue, cobalt, royal blue, denim, indigo, dark denim",
    "#2d6f8e": "ocean, ocean blue, sea blue, petrol, petrol blue, marine",
    "#8fb3cf": "light blue, sky, sky blue, pale blue, baby blue, ice blue, powder blue",
    "#2f7f80": "teal, turquoise, peacock, aqua, lagoon",
    "#8ea58c": "sage, sage green, eucalyptus, pistachio, celadon, mint",
    "#6f7a43": "olive, olive green, khaki, moss, moss green, army green, fern",
    "#3c6650": "green, forest, forest green, dark green, emerald, bottle green, pine, racing green",
    "#c2663f": "terracotta, rust, clay, brick, burnt orange, cinnamon, paprika, sienna",
    "#de8144": "orange, tangerine, apricot, pumpkin, coral",
    "#bf4540": "red, scarlet, cherry, crimson, poppy, tomato",
    "#84384a": "burgundy, wine red, bordeaux, maroon, claret, berry, plum red, oxblood",
    "#e0a19a": "pink, rose, blush, dusty pink, salmon, peach, rose gold",
    "#7a5688": "purple, plum, aubergine, violet, mulberry",
    "#a99bc4": "lavender, lilac, mauve, heather",
    "#dda93f": "mustard, yellow, ochre, saffron, sunflower, gold, honey, beeswax, amber, lemon",
    "#fbf6ea": "white, chalk, snow, ivory, off white, pearl, porcelain, milk",
    "#efe4cd": "cream, ecru, natural, undyed, oat, oatmeal, vanilla, bone, eggshell, unbleached",
    "#d3bd9c": "sand, beige, flax, stone, camel light, hemp, jute, raffia",
    "#9da2a6": "grey, gray, silver, light grey, steel, stainless, zinc, pewter, galvanised, galvanized",
    "#4b5058": "charcoal, graphite, slate, anthracite, dark grey, carbon steel, cast iron, iron, granite",
    "#34333b": "black, ebony, onyx, jet",
    "#7a5240": "brown, chocolate, coffee brown, mocha, chestnut, umber, cocoa",
    "#b98a58": "oak, wood, wooden, beech, birch, ash wood, pine wood, bamboo, maple, timber, acacia, teak",
    "#80573c": "walnut, mahogany, dark wood, rosewood",
    "#b58a4c": "olive wood, cork, seagrass, rattan, wicker, willow, straw",
    "#a86a42": "leather, tan, cognac, camel, caramel, saddle",
    "#c07a4d": "copper, bronze",
    "#cfa246": "brass, golden",
    "#93bcae": "recycled glass, ribbed glass, sea glass, sea green, seafoam, smoked glass",
}

# What follows one of these only describes, or comes along.
_ASIDE = re.compile(r"\b(?:and|by|for|from|in|of|on|with)\b|[^\w\s'\u2019.-]|\s-\s")
_LONGEST_PHRASE = 3


def _singular(word: str) -> str:
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us")):  # noqa: PLR2004
        return word[:-2] if word.endswith(("ches", "shes", "sses", "xes")) else word[:-1]
    return word


def _words(text: str) -> list[str]:
    """The words in their plainest form: no case, accent, apostrophe or plural."""
    plain = "".join(c for c in normalize("NFKD", text.casefold()) if not combining(c))
    return [_singular(word) for word in re.findall(r"[^\W_]+", re.sub("['\u2019]s?\\b", "", plain))]


def _index(names: Mapping[str, str]) -> dict[str, str]:
    return {" ".join(_words(phrase)): name for name, phrases in names.items() for phrase in phrases.split(",")}


OBJECTS = _index(_CALLED)
COLOURS = _index(_COLOURS)


def recognise(title: str, words: str = "") -> str | None:
    """The drawing of what the title names, else of what the other words do.

    English puts the thing last ("Oak Wall Clock"), but before an aside ("Mug with Bamboo Lid").
    """
    clauses = _ASIDE.split(f"{title},{words}".casefold())
    return next((found[-1] for clause in clauses if (found := _matches(clause, OBJECTS))), None)


def colour_in(text: str) -> str | None:
    """The first colour that the text names ("Black Leather Bag" is black), as `#rrggbb`."""
    return next(iter(_matches(text, COLOURS)), None)


def _matches(text: str, names: Mapping[str, str]) -> list[str]:
    """What the phrases in the text name, from left to right, the longest phrase first."""
    words, found, start = _words(text), [], 0
    while start < len(words):
        for length in range(_LONGEST_PHRASE, 0, -1):
            if name := names.get(" ".join(words[start : start + length])):
                found.append(name)
                break
        start += length
    return found
