"""Words that tell of people: titles, nouns for persons, short forms of first names, pronouns."""

from __future__ import annotations

from collections.abc import Mapping

from fullcast.model import Age, Sex
from fullcast.text.verbs import VERBS


def words(text: str) -> frozenset[str]:
    """Return the words of a text."""
    return frozenset(text.split())


MALE_TITLES = words(
    """
    mr mister sir lord master monsieur m herr don señor signor king prince duke count baron earl
    uncle brother father friar squire
    """
)
FEMALE_TITLES = words(
    """
    mrs miss ms lady madam madame mme mademoiselle mlle frau fräulein doña señora señorita signora
    queen princess duchess countess baroness aunt sister mother dame mistress
    """
)
OTHER_TITLES = words(
    """
    dr doctor prof professor captain capt colonel col major maj general gen lieutenant lieut
    sergeant sgt corporal inspector superintendent constable judge justice rev reverend bishop dean
    archdeacon canon vicar pastor rabbi saint st cousin comrade old young little inspector-general
    admiral commodore commander president senator governor mayor alderman emperor pope cardinal abbé
    père
    """
)
TITLES = MALE_TITLES | FEMALE_TITLES | OTHER_TITLES
"""Words that stand in front of a name, in small letters without their dot."""

HARD = words("mr mrs miss dr mme mlle monsieur madame mademoiselle messrs lady sir")
"""Titles that nobody is called by alone."""

SOFT_TITLES = words("old young little")
"""Adjectives that stand in front of a name as titles do."""


def _sexed(text: str, sex: Sex | None) -> dict[str, Sex | None]:
    return dict.fromkeys(text.split(), sex)


PERSONS: Mapping[str, Sex | None] = {
    **_sexed(
        """man boy gentleman fellow lad husband father son brother uncle nephew grandfather grandson papa dad
        king prince duke lord earl count baron knight emperor squire footman butler valet waiter policeman
        constable sheriff priest vicar parson clergyman curate rector bishop monk friar landlord host
        innkeeper soldier sailor captain colonel general major sergeant lieutenant officer coachman cabman
        groom postman fisherman farmer miller blacksmith smith carpenter beadle undertaker porter hunter
        huntsman schoolmaster headmaster master bridegroom widower bachelor sire stepfather godfather
        chap bloke youth youngster tramp burglar robber thief highwayman pirate executioner wizard giant
        workman countryman englishman frenchman irishman scotchman american german italian spaniard dutchman
        carabineer bull-fighter boatman ferryman mate seaman steward chauffeur cabby jarvey inspector
        detective sire rogue villain scoundrel rascal""",
        Sex.MALE,
    ),
    **_sexed(
        """woman girl lady wife mother daughter sister aunt niece grandmother granddaughter mamma mama mum
        queen princess duchess countess baroness empress maid housemaid chambermaid parlourmaid nursemaid
        nurse governess landlady hostess waitress housekeeper matron widow bride spinster actress
        schoolmistress mistress dame lass wench stepmother godmother nun abbess witch laundress charwoman
        servant-girl milkmaid seamstress dressmaker milliner concierge señora signora old-maid crone
        frenchwoman englishwoman shopgirl barmaid""",
        Sex.FEMALE,
    ),
    **_sexed(
        """child baby infant person stranger friend neighbour neighbor cousin companion servant cook doctor
        physician surgeon lawyer attorney solicitor judge magistrate clerk teacher professor student pupil
        scholar writer author poet artist painter singer musician actor player visitor guest traveller
        traveler passenger customer prisoner witness patient invalid orphan parent relation relative
        creature being gardener baker butcher grocer tailor shopkeeper jeweller bookseller banker merchant
        voice speaker questioner reader narrator listener chairman president secretary manager director
        editor reporter correspondent assistant apprentice messenger driver guard conductor clerk jailer
        jailor turnkey gaoler crier chaplain coroner superintendent sentinel sentry guide leader chief
        spectator bystander critic philosopher scientist chemist engineer mechanic labourer laborer
        rustic peasant villager inhabitant beggar gipsy gypsy jew convict minister ambassador lover
        host caterpillar rabbit hatter hare cat mouse duck dodo gryphon dormouse turtle pigeon puppy lizard
        frog fish bird dog horse wolf fox bear lion owl raven parrot mole toad rat badger elf fairy ghost
        spirit phantom angel devil dwarf""",
        None,
    ),
}
"""Nouns that name a person by what they are, and the sex that they tell. Animals speak in some books."""

RELATIONS = words(
    """
    wife husband mother father sister brother son daughter aunt uncle niece nephew cousin
    grandmother grandfather friend companion master mistress servant maid mamma papa mama host
    hostess guest visitor lover neighbour neighbor partner nurse
    """
)
"""Nouns that belong to somebody: ``his wife``."""

AGES: Mapping[str, Age] = {
    **dict.fromkeys(sorted(words("child boy girl lad lass infant baby")), Age.CHILD),
    **dict.fromkeys(sorted(words("youth youngster")), Age.YOUNG),
    **dict.fromkeys(sorted(words("grandfather grandmother crone")), Age.OLD),
}
"""Ages that a noun tells."""

AGE_WORDS: Mapping[str, Age] = {
    "old": Age.OLD,
    "elderly": Age.OLD,
    "aged": Age.OLD,
    "ancient": Age.OLD,
    "young": Age.YOUNG,
    "younger": Age.YOUNG,
    "little": Age.CHILD,
    "small": Age.CHILD,
}
"""Ages that an adjective tells."""

DETERMINERS = words("the a an this that his her my our their its your another one")

POSSESSIVES = words("his her my our their its your")

HE = words("he him his himself")
SHE = words("she her hers herself")

GENERIC = words(
    """
    man woman boy girl lady gentleman child fellow stranger speaker creature person lad youth other
    one figure companion friend visitor guest newcomer host hostess being chap bloke youngster lass
    """
)
"""Nouns that stand for people who have a name as often as not."""

SAYING = frozenset(VERBS["en"].replace("_", " ").split()) - words("in out off up on") | words(
    """
    say says asks replies cries answers quoth vociferated articulated stipulated drawled opined
    expostulated remonstrated recommended proposed requested entreated implored besought apologised
    apologized reflected speculated reasoned pronounced proclaimed lied joined threatened taunted
    mocked quoted related narrated communicated signified intimated hinted submitted volunteered
    ventured interposed interjected interpolated struck pursued rejoined wept shuddered snarled
    barked hooted crooned lisped rattled rumbled grunted panted puffed squealed yelped jeered
    prompted summarised observed commented specified emphasised stated estimated
    """
)
"""Verbs of saying as they stand in a tag."""

FIRM = words(
    """
    said says say asked cried replied answered exclaimed returned continued inquired enquired
    whispered added remarked observed shouted muttered murmured repeated rejoined demanded called
    retorted resumed ejaculated interrupted interposed growled declared protested
    """
)
"""Verbs of saying that are hardly ever anything else beside a quotation."""

NICKNAMES: Mapping[str, str] = {
    short: name
    for name, shorts in {
        "elizabeth": "lizzy lizzie eliza beth betsy betsey betty bessie bess liza lisbeth libby",
        "margaret": "meg maggie peggy madge daisy margery greta",
        "catherine": "kitty kate cathy katy",
        "katherine": "kate kathy katie kitty",
        "mary": "molly polly mamie minnie",
        "anne": "annie nancy nan",
        "ann": "annie nancy nan",
        "anna": "annie",
        "dorothy": "dolly dot dora dorothea",
        "dorothea": "dodo dolly dora",
        "eleanor": "nell nelly nellie nora ellie",
        "helen": "nell nelly nellie lena",
        "ellen": "nelly nellie nell",
        "florence": "flo flossie",
        "frances": "fanny fan",
        "georgiana": "georgie",
        "harriet": "hatty hattie",
        "henrietta": "hetty etta",
        "isabella": "bella belle",
        "isabel": "bell bella belle",
        "jane": "janey jenny janie",
        "janet": "jenny nettie",
        "josephine": "jo josie",
        "louisa": "loo lou",
        "lucy": "lu",
        "martha": "patty",
        "matilda": "tilda tilly",
        "rebecca": "becky",
        "rachel": "ray",
        "rosamond": "rosy",
        "sarah": "sally sadie",
        "sophia": "sophy",
        "susan": "sue susy susie",
        "susannah": "susan",
        "theresa": "tess tessa tessie",
        "victoria": "vicky",
        "cecilia": "sissy cissy cecily",
        "evelyn": "evie eve",
        "amelia": "emmy milly",
        "emily": "em emmy milly",
        "caroline": "carrie caddy",
        "charlotte": "lottie",
        "cynthia": "cyn",
        "gwendolen": "gwen",
        "pamela": "pam",
        "penelope": "penny",
        "philippa": "pip",
        "winifred": "winnie freda",
        "abraham": "abe",
        "albert": "bertie bert al",
        "alexander": "alec aleck sandy alex",
        "alfred": "alf fred",
        "andrew": "andy",
        "anthony": "tony",
        "arthur": "artie",
        "augustus": "gus",
        "benjamin": "ben benny",
        "bernard": "bernie",
        "charles": "charley charlie chas",
        "christopher": "kit chris",
        "daniel": "dan danny",
        "david": "davy dave",
        "ebenezer": "eben",
        "edmund": "ned ted",
        "edward": "ned ted teddy eddy eddie",
        "ernest": "ernie",
        "francis": "frank",
        "frederick": "fred freddy freddie",
        "geoffrey": "geoff",
        "george": "georgie",
        "gilbert": "gil bert",
        "harold": "harry hal",
        "henry": "harry hal hank",
        "hugh": "hughie",
        "jacob": "jake",
        "james": "jem jim jimmy jemmy jamie",
        "jeremiah": "jerry",
        "john": "jack johnny jock",
        "jonathan": "jon",
        "joseph": "joe joey jo",
        "lawrence": "laurie larry",
        "laurence": "laurie larry",
        "leonard": "len",
        "lewis": "lew",
        "martin": "mart",
        "matthew": "matt mat",
        "michael": "mike mick micky",
        "nathaniel": "nat",
        "nicholas": "nick",
        "oliver": "noll nolly",
        "patrick": "pat paddy",
        "percival": "percy",
        "peter": "pete",
        "philip": "phil pip",
        "ralph": "rafe",
        "reginald": "reggie",
        "richard": "dick dicky",
        "robert": "bob bobby robin rob",
        "roger": "rodge",
        "rudolph": "rolf",
        "samuel": "sam sammy",
        "sebastian": "bastian",
        "sidney": "sid",
        "simon": "sim",
        "stephen": "steve",
        "theodore": "ted teddy theo dora",
        "thomas": "tom tommy",
        "timothy": "tim",
        "toby": "tobias",
        "victor": "vic",
        "walter": "wat wally walt",
        "william": "bill billy will willie willy",
        "zachariah": "zach",
    }.items()
    for short in shorts.split()
}
"""First names by a short form of theirs; where one stands for several names, the last counts."""

FEMALE_NAMES = words(
    """
    abigail ada adela adelaide agatha agnes alice alma amanda amelia amy anastasia angela anna anne
    annie antonia audrey barbara beatrice bella bertha bessie bessy beth betsy betty blanche brett
    bridget carmen caroline carrie catherine cecilia cecily celia charlotte charity chloe christina
    clara clarissa clementina clotilde constance cora cordelia cornelia cynthia daisy daphne deborah
    delia diana dinah dolly dora dorcas doris dorothea dorothy edith edna effie eleanor elena eliza
    elizabeth ella ellen elsie emilia emily emma enid esther ethel eugenia eunice eva evangeline eve
    eveline evelyn fanny felicity flora florence frances georgette georgiana georgina gertrude
    gladys grace greta gwendolen hannah harriet helen helena henrietta hester hetty hilda honoria
    ida irene iris isabel isabella ivy jane janet jean jemima jenny jessica jessie joan joanna
    josephine joyce judith julia juliet karen kate katharine katherine kitty laura lavinia lena
    leonora letitia lilian lily lizzie lizzy louisa lucetta lucia lucinda lucretia lucy lydia mabel
    madeline madge magdalen maggie marcia margaret margery maria marian marianne marie marilla
    marion marjorie martha mary matilda maud maude may mercy mildred millicent millie mina minnie
    miranda miriam molly monica muriel myra nancy natalie nell nellie nelly nora norah olive olivia
    ophelia pamela patience patty paula pauline pearl peggy penelope phoebe phyllis polly priscilla
    prudence rachel rebecca rhoda rosa rosalie rosalind rosamond rose rosemary ruby ruth sally sarah
    selina sibyl sissy sonia sophia sophie stella susan susannah sybil sylvia tess theresa ursula
    vera veronica victoria viola violet virginia winifred zoe
    """
)

MALE_NAMES = words(
    """
    aaron abel abraham adam adolphus adrian alan albert alec alexander alexei alfred allan ambrose
    amos andrew anthony antonio archibald arnold arthur augustus austin barnaby bartholomew basil
    benjamin bernard bertram bill billy bob brian carl cecil charles charley charlie christopher
    clarence claude clifford clive colin conrad cuthbert cyril dan daniel david dennis dick dmitri
    donald douglas duncan ebenezer edgar edmund edward edwin eric ernest eugene eustace ezra felix
    ferdinand francis frank fred frederick gabriel geoffrey george gerald gilbert giles godfrey
    gordon graham gregory guy harold harry harvey hector henry herbert hercule herman horace hubert
    hugh humphrey ian ichabod isaac ivan jack jacob jake james jasper jem jeremiah jeremy jerry jim
    jimmy joe joel john jonas jonathan joseph joshua josiah julian julius keith kenneth lawrence
    laurence leo leon leonard leopold lewis lionel louis lucas luke malcolm mark marmaduke martin
    matthew maurice max michael mike miles montague mortimer moses nathan nathaniel ned neil
    nicholas nigel noah noel norman oliver orlando oscar oswald owen patrick paul percival percy
    peter philip phineas pierre quentin ralph randolph raymond reginald reuben rex richard robert
    robin roderick roger roland romeo rory rudolph rufus rupert samuel sebastian septimus sidney
    silas simon solomon stanley stephen steven sydney ted terence theodore thomas timothy titus
    tobias toby tom tommy tony valentine vernon victor vincent vladimir walter warren wilfred will
    william winston
    """
)

PLACES = words(
    """
    street road square lane hall park house bank castle abbey court garden gardens inn hotel bridge
    hill river sea bay island mount mountain county city town village church cathedral college
    school university station company club office row place terrace grange manor lodge cottage farm
    wood common heath valley land gate green alley avenue crescent quarter palace tower fields
    boulevard rue café restaurant
    """
)
"""Last words of names that are places."""

NO_NAMES = words(
    """
    poor dear papa mamma mama mum mummy dad daddy pa ma sir madam ma'am madame-a monsieur messieurs
    i i'm i'll i've i'd monday tuesday wednesday thursday friday saturday sunday january february
    july september october november december christmas easter michaelmas god heaven heavens lord
    providence almighty devil english french german italian spanish american latin greek russian
    irish scotch british christian christians roman turkish chinese indian europe england france
    germany italy spain america london paris rome scotland ireland india africa messrs misses
    chapter book volume part oh ah yes no o mr mrs miss ok a the
    """
)
"""Words with a capital that are nobody, whatever stands around them."""
