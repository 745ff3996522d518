"""Who and what the demo story is about: people, courses, offerings and hours, as plain facts.

The first course and its three instructors are promised by name and order in the outside contract; everybody else is
there so that a search finds something.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sessions_app.domain.permissions import Role
from sessions_app.models.catalogue import BookingMode, SessionType, TopicType

Window = tuple[str, int, int]
"""Days as digits (0 is Sunday), then the first and the last minute of the day."""


def hours(days: str, *spans: tuple[float, float]) -> tuple[Window, ...]:
    """Weekly windows on these days, from and to the given hours."""
    return tuple((days, int(start * 60), int(end * 60)) for start, end in spans)


@dataclass(frozen=True)
class Someone:
    """A person of the story. Without ``signs_in`` they act in it but have no password."""

    key: str
    name: str
    role: Role
    timezone: str
    email: str
    signs_in: bool = False


@dataclass(frozen=True)
class Teacher:
    """What an instructor shows and when they teach. ``limits`` are fields of their profile; none: the defaults."""

    key: str
    headline: str
    bio: str
    subjects: tuple[str, ...]
    week: tuple[Window, ...]
    limits: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Programme:
    """A course with its content: (title, summary) of each step."""

    key: str
    title: str
    subject: str
    summary: str
    description: str
    session_count: int
    units: tuple[tuple[str, str], ...]
    price_minor: int | None = None


@dataclass(frozen=True)
class Offer:
    """What one instructor offers in a course, or in a subject for everybody. ``facts`` are fields of Offering."""

    teacher: str
    title: str
    minutes: int
    description: str
    course: str | None = None
    subject: str | None = None
    facts: dict[str, object] = field(default_factory=dict)


PEOPLE = (
    Someone("noah", "Noah Berger", Role.STUDENT, "Europe/Paris", "student@demo.test", signs_in=True),
    Someone("lea", "Léa Moreau", Role.STUDENT, "Europe/Paris", "student2@demo.test", signs_in=True),
    Someone(
        "isabelle", "Isabelle Moreau", Role.GUARDIAN, "Europe/Paris", "guardian@demo.test", signs_in=True
    ),
    Someone("ada", "Ada Lindqvist", Role.INSTRUCTOR, "Europe/Paris", "instructor@demo.test", signs_in=True),
    Someone(
        "max",
        "Maximiliano Echeverría-Goyeneche",
        Role.INSTRUCTOR,
        "America/New_York",
        "instructor2@demo.test",
        signs_in=True,
    ),
    Someone(
        "ananya",
        "Ananya Raghunathan",
        Role.INSTRUCTOR,
        "Asia/Kolkata",
        "instructor3@demo.test",
        signs_in=True,
    ),
    Someone("priya", "Priya Nair", Role.ASSISTANT, "Europe/Paris", "assistant@demo.test", signs_in=True),
    Someone("helena", "Helena Brandt", Role.ADMIN, "Europe/Paris", "admin@demo.test", signs_in=True),
    Someone("lukasz", "Łukasz Żółkiewski", Role.STUDENT, "Europe/Warsaw", "lukasz@demo.test"),
    Someone("camille", "Camille Rousseau", Role.STUDENT, "Europe/Paris", "camille@demo.test"),
    Someone("amara", "Amara Okonkwo", Role.STUDENT, "Africa/Lagos", "amara@demo.test"),
    Someone("jonas", "Jonas Lindgren", Role.STUDENT, "Europe/Stockholm", "jonas@demo.test"),
    Someone("mei", "Mei Hoshino", Role.STUDENT, "America/Los_Angeles", "mei@demo.test"),
    Someone("chloe", "Chloé Dubois-Lefèvre", Role.INSTRUCTOR, "Europe/Paris", "chloe@demo.test"),
    Someone("kwame", "Kwame Boateng-Asare", Role.INSTRUCTOR, "Africa/Accra", "kwame@demo.test"),
    Someone("yuki", "Yuki Tanabe", Role.INSTRUCTOR, "Asia/Tokyo", "yuki@demo.test"),
    Someone("samira", "Samira El-Amrani", Role.INSTRUCTOR, "Africa/Casablanca", "samira@demo.test"),
    Someone(
        "theodora",
        "Theodora Papadimitriou-Klein",
        Role.INSTRUCTOR,
        "Europe/Athens",
        "theodora@demo.test",
    ),
    Someone("ingrid", "Ingrid Solheim", Role.INSTRUCTOR, "Europe/Oslo", "ingrid@demo.test"),
    Someone("eleanor", "Eleanor Whitcombe", Role.INSTRUCTOR, "Europe/London", "eleanor@demo.test"),
    Someone("nomvula", "Nomvula Dlamini", Role.INSTRUCTOR, "Africa/Johannesburg", "nomvula@demo.test"),
    Someone("rafael", "Rafael Quispe Huamán", Role.INSTRUCTOR, "America/Lima", "rafael@demo.test"),
)

CHILD_WITHOUT_ACCOUNT = "Théo Moreau"
"""Isabelle's younger child: no address, no password; Isabelle books for him."""

SUBJECTS = (
    "Mathematics",
    "Physics",
    "Statistics",
    "Computer science",
    "Chemistry",
    "Biology",
    "Economics",
    "French",
    "English",
    "Japanese",
    "Spanish",
)

TEACHERS = (
    Teacher(
        "ada",
        "Mathematics, statistics",
        "I taught at a lycée for eleven years before I taught one person at a time. We start from what you "
        "tried, find the step that broke, and redo it until it feels obvious. Bring the exercise you are "
        "stuck on; I bring paper.",
        ("Mathematics", "Statistics"),
        hours("12345", (9, 12), (14, 19)) + hours("6", (10, 13)),
        {"notice_minutes": 120},
    ),
    Teacher(
        "max",
        "Physics and mechanics",
        "Engineer by training, teacher by choice. I draw first and calculate second: once the picture is "
        "right, the equations mostly write themselves.",
        ("Physics", "Mathematics"),
        hours("12345", (9, 12), (13, 17)),
    ),
    Teacher(
        "ananya",
        "Algorithms, Python",
        "I write software in the mornings and explain it in the evenings. Whether it is a proof or a "
        "program, we will read it aloud until every line has a reason.",
        ("Computer science", "Mathematics"),
        hours("123456", (10, 13), (17, 21)),
    ),
    Teacher(
        "chloe",
        "French, essay writing",
        "Une bonne dissertation se prépare en dix minutes et se défend en une heure. I help with both, in "
        "French or in English.",
        ("French",),
        hours("23456", (11, 16)) + hours("0", (18, 22)),
        {"notice_minutes": 60},
    ),
    Teacher(
        "kwame",
        "Chemistry, exam practice",
        "Mechanisms are stories about electrons. I tell them slowly, then you tell them back.",
        ("Chemistry",),
        hours("15", (8, 18)) + hours("6", (14, 17)),
        {"notice_minutes": 240, "step_minutes": 60},
    ),
    Teacher(
        "yuki",
        "Japanese, JLPT N4 to N2",
        "Twelve weeks, one grammar point a day, and conversation from the first minute. Mistakes are the "
        "material we work with.",
        ("Japanese",),
        hours("1234", (17, 21)) + hours("06", (9, 12)),
        {"notice_minutes": 180},
    ),
    Teacher(
        "samira",
        "Probability and statistics",
        "I work with data all day and have seen every way to misread it. You will leave able to say what a "
        "number means, and what it does not.",
        ("Statistics", "Mathematics"),
        hours("0123456", (12, 15), (17, 20.5)),
        {"notice_minutes": 60},
    ),
    Teacher(
        "theodora",
        "Statistics for the social sciences",
        "Regression tables, survey weights, and the courage to write “we do not know”.",
        ("Statistics",),
        hours("135", (10, 14)) + hours("24", (16, 20)),
        {"hourly_rate_minor": 3120},
    ),
    Teacher(
        "ingrid",
        "Economics, from curves to policy",
        "I was a central bank economist. We read this week's news and find the model that explains it.",
        ("Economics",),
        hours("234", (13, 18)),
        {"day_cap": 4},
    ),
    Teacher(
        "eleanor",
        "Academic English and applications",
        "I edited a journal for nine years. Send me a page and I will show you the sentence it wants to be.",
        ("English",),
        hours("1245", (9, 12.5)) + hours("3", (18, 21)),
    ),
    Teacher(
        "nomvula",
        "Biology for first-years",
        "From the cell outwards. Diagrams you can redraw from memory, and why they look that way.",
        ("Biology", "Chemistry"),
        hours("12345", (15, 20)),
        {"notice_minutes": 90},
    ),
    Teacher(
        "rafael",
        "Conversational Spanish",
        "We talk; I take notes; you get them back with three things to practise. Lima Spanish, all accents "
        "welcome.",
        ("Spanish",),
        hours("13", (7, 11), (18, 21)) + hours("6", (9, 12)),
        {"buffer_minutes": 10},
    ),
)

COURSES = (
    Programme(
        "algebra",
        "Linear Algebra: from vectors to eigenvalues",
        "Mathematics",
        "Ten sessions from the first vector to diagonalisation, with someone who redoes the step you lost.",
        "A first course in linear algebra for students in their first university years, or in the last year "
        "of school with an appetite. Each session takes one idea, works it by hand on small numbers, and ends "
        "with two problems to try alone. You choose who teaches each session, and you can change.",
        10,
        (
            ("Vectors and what they are for", "Arrows, lists, and why both are right. Sums and multiples."),
            ("Lines, planes and equations", "Systems of equations as pictures; when they have answers."),
            ("Elimination", "Row operations by hand, slowly, until no step surprises you."),
            ("Matrices as machines", "What a matrix does to the plane, and what multiplying two means."),
            ("Inverses and when there is none", "Undoing a machine; rank and the things that get lost."),
            ("Subspaces, bases, dimension", "The fewest directions you need, and how to change them."),
            ("Determinants", "Area with a sign, and the three rules that give the formula."),
            ("Orthogonality and projections", "Closest points, least squares, and a first look at data."),
            ("Eigenvalues and eigenvectors", "The directions a machine leaves alone."),
            ("Diagonalisation", "Powers of matrices, Fibonacci in one line, and where to go from here."),
        ),
    ),
    Programme(
        "jlpt",
        "Japanese: JLPT N3 in twelve weeks",
        "Japanese",
        "One grammar point a day, and a conversation every week that uses the last seven.",
        "For learners who passed N4 or could. Each week has a theme, a mock paper every third week, and a "
        "session in which nothing but Japanese is spoken.",
        12,
        (
            ("Conditionals that sound natural", "と, ば, たら and なら, side by side."),
            ("Giving reasons", "から, ので, ため and when each is too strong."),
            ("Reading for the gist", "Short articles against the clock."),
        ),
    ),
    Programme(
        "statistics",
        "Probability and statistics: reading data honestly",
        "Statistics",
        "From a coin to a regression table, with the doubts left in.",
        "Eight sessions for students of any subject who must read or produce numbers. Bring your own data set "
        "from the fourth session on.",
        8,
        (
            ("Chance, carefully", "Events, independence, and the mistakes everybody makes."),
            ("Distributions", "What varies, how much, and pictures that show it."),
            ("Hypothesis tests", "What a p-value is, and the five things it is not."),
            ("Regression", "Reading a table aloud, line by line."),
        ),
    ),
    Programme(
        "mechanics",
        "Mechanics: forces, energy, momentum",
        "Physics",
        "Draw it, then solve it: nine sessions of classical mechanics.",
        "Free-body diagrams until they are a habit, then energy and momentum as the two shortcuts they are.",
        9,
        (
            ("Free-body diagrams", "Every force has a giver."),
            ("Torque", "Why doors have handles where they do."),
            ("Energy", "Counting once instead of at every instant."),
        ),
    ),
    Programme(
        "algorithms",
        "Algorithms with Python",
        "Computer science",
        "Sort, search, walk a graph, and say how long it takes before you run it.",
        "Small programs, read aloud and measured. No framework, no magic; a laptop with Python is enough.",
        10,
        (
            ("Loops you can prove", "Invariants, in plain words."),
            ("Recursion", "Trusting the smaller problem."),
            ("Graphs and shortest paths", "Breadth first, Dijkstra, and when to use neither."),
        ),
    ),
    Programme(
        "essay",
        "Rédaction: from plan to page",
        "French",
        "A plan in ten minutes, a paragraph that argues, a conclusion that opens.",
        "Six sessions on the French dissertation and commentaire, with your own texts marked between them.",
        6,
        (
            ("Lire le sujet", "The three questions hidden in every question."),
            ("Le plan", "Two parts or three, and the hinge between them."),
        ),
    ),
    Programme(
        "organic",
        "Organic chemistry: mechanisms step by step",
        "Chemistry",
        "Follow the electrons: substitution, elimination, addition, and how to tell them apart.",
        "For second-year students and anybody preparing an exam with arrows in it.",
        8,
        (
            ("Nucleophiles and electrophiles", "Who gives, who takes."),
            ("SN1 or SN2", "Four questions to ask."),
        ),
    ),
    Programme(
        "biology",
        "Cell biology for first-years",
        "Biology",
        "Membranes, energy, division: the seven diagrams a first year rests on.",
        "Each session rebuilds one diagram from nothing and asks what would happen if a part were missing.",
        7,
        (("Membranes", "What gets in, and how."), ("Mitochondria", "Where the energy comes from, really.")),
    ),
    Programme(
        "micro",
        "Microeconomics: how markets choose",
        "Economics",
        "Six sessions, one price each, from supply and demand to auctions.",
        "Every session of this course costs the same, whoever teaches it.",
        6,
        (("Supply, demand and taxes", "Who really pays."), ("Games", "What I do when I know what you do.")),
        price_minor=2500,
    ),
    Programme(
        "writing",
        "Academic English: papers that get read",
        "English",
        "From a messy draft to a paper with one idea a paragraph. Sessions are included.",
        "The sessions of this course are included in your programme: there is nothing to pay.",
        6,
        (("One idea a paragraph", "And where it stands."), ("Abstracts", "Four sentences, in order.")),
        price_minor=0,
    ),
    Programme(
        "spanish",
        "Conversational Spanish: twelve evenings",
        "Spanish",
        "Talk from the first minute; grammar when you ask for it.",
        "Twelve conversations on twelve themes, each with a page of notes to keep.",
        12,
        (("Presentarse sin mapa", "Names, work, and why you came."), ("Contar algo", "The two pasts.")),
    ),
)


def _first_course(teacher: str, *, price_minor: int) -> tuple[Offer, ...]:
    """The four offerings that each instructor of the first course has, in the order promised outside."""
    return (
        Offer(
            teacher,
            "First session",
            60,
            "Meet, look at where you are, and leave with a plan for the course.",
            course="algebra",
            facts={"price_minor": 0},
        ),
        Offer(
            teacher,
            "One-to-one lesson",
            50,
            "One idea of the course, worked by hand, with two problems to take home.",
            course="algebra",
            facts={"price_minor": price_minor},
        ),
        Offer(
            teacher,
            "Practice with credits",
            45,
            "Exercises against the clock, discussed as we go.",
            course="algebra",
            facts={"credits": 1},
        ),
        Offer(
            teacher,
            "A question of your own",
            30,
            "Ask about anything near the course. I look at it first and answer your request.",
            course="algebra",
            facts={
                "price_minor": 0,
                "topic_type": TopicType.FLEXIBLE,
                "booking_mode": BookingMode.REQUEST,
            },
        ),
    )


OFFERS = (
    *_first_course("ada", price_minor=3200),
    Offer(
        "ada",
        "Problem class",
        90,
        "Six students, one sheet of problems, everybody at the board once.",
        course="algebra",
        facts={"price_minor": 0, "session_type": SessionType.GROUP, "capacity": 6},
    ),
    *_first_course("max", price_minor=3800),
    *_first_course("ananya", price_minor=3000),
    Offer(
        "ada",
        "Révision équations",
        60,
        "Brevet and bac preparation, in French or English.",
        subject="Mathematics",
        facts={"price_minor": 3200, "topic_type": TopicType.FLEXIBLE},
    ),
    Offer(
        "max",
        "Mechanics lesson",
        60,
        "One problem, drawn and solved.",
        course="mechanics",
        facts={"price_minor": 3800},
    ),
    Offer(
        "max",
        "Mechanics clinic",
        60,
        "Bring the exercise sheet; we start where it stops.",
        course="mechanics",
        facts={"price_minor": 1200, "session_type": SessionType.GROUP, "capacity": 6},
    ),
    Offer(
        "ananya", "Code reading", 45, "Your program, read aloud.", course="algorithms", facts={"credits": 1}
    ),
    Offer(
        "ananya",
        "Algorithms lesson",
        60,
        "One algorithm, proved and measured.",
        course="algorithms",
        facts={"price_minor": 3400},
    ),
    Offer(
        "chloe",
        "Atelier d'écriture",
        60,
        "A text of yours, paragraph by paragraph.",
        subject="French",
        facts={"price_minor": 2800, "topic_type": TopicType.FLEXIBLE},
    ),
    Offer(
        "chloe",
        "Dissertation",
        60,
        "A plan, a thesis, a first page.",
        course="essay",
        facts={"price_minor": 2800},
    ),
    Offer(
        "kwame",
        "First look",
        30,
        "See whether we get along, and what your exam asks.",
        subject="Chemistry",
        facts={"price_minor": 0},
    ),
    Offer(
        "kwame",
        "Mechanism practice",
        60,
        "Arrows, until they are yours.",
        course="organic",
        facts={"price_minor": 2700},
    ),
    Offer(
        "kwame",
        "Exam group",
        90,
        "Last year's paper, together.",
        course="organic",
        facts={"price_minor": 1000, "session_type": SessionType.GROUP, "capacity": 8},
    ),
    Offer(
        "yuki",
        "JLPT lesson",
        50,
        "The week's grammar, then a conversation that needs it.",
        course="jlpt",
        facts={"price_minor": 3000},
    ),
    Offer(
        "yuki",
        "Trial conversation",
        30,
        "Half an hour in the Japanese you have.",
        subject="Japanese",
        facts={"price_minor": 0},
    ),
    Offer(
        "samira",
        "Statistics lesson",
        60,
        "One chapter or one data set.",
        course="statistics",
        facts={"price_minor": 2600},
    ),
    Offer(
        "samira",
        "Probability, group of six",
        60,
        "Puzzles first, formulas after.",
        course="statistics",
        facts={"price_minor": 1200, "session_type": SessionType.GROUP, "capacity": 6},
    ),
    Offer(
        "samira",
        "Thesis advice",
        45,
        "Your data, your question, what can be said.",
        subject="Statistics",
        facts={"price_minor": 2600, "topic_type": TopicType.FLEXIBLE, "booking_mode": BookingMode.REQUEST},
    ),
    Offer("theodora", "Statistics lesson", 50, "Charged by the hour, at my rate.", course="statistics"),
    Offer("ingrid", "Economics seminar", 60, "This week's news, and the model under it.", course="micro"),
    Offer("eleanor", "Page clinic", 45, "One page of yours, edited together.", course="writing"),
    Offer(
        "eleanor",
        "Personal statement",
        60,
        "From list of facts to reason to read on.",
        subject="English",
        facts={"price_minor": 3600},
    ),
    Offer(
        "nomvula",
        "Biology lesson",
        60,
        "One diagram, rebuilt.",
        course="biology",
        facts={"price_minor": 2400},
    ),
    Offer(
        "nomvula",
        "First session",
        30,
        "What you need, and by when.",
        subject="Biology",
        facts={"price_minor": 0},
    ),
    Offer(
        "rafael", "Conversación", 50, "We talk; you get notes.", course="spanish", facts={"price_minor": 2200}
    ),
    Offer(
        "rafael",
        "Mesa de conversación",
        60,
        "A table of five, one theme.",
        course="spanish",
        facts={"price_minor": 900, "session_type": SessionType.GROUP, "capacity": 5},
    ),
)

ENROLLED = {
    "algebra": ("noah", "lea", "theo", "lukasz", "camille", "amara", "jonas", "mei"),
    "jlpt": ("noah", "mei"),
    "statistics": ("noah", "lukasz", "amara"),
    "mechanics": ("jonas", "camille"),
    "algorithms": ("lukasz", "amara"),
    "essay": ("camille",),
    "organic": ("jonas", "mei"),
    "biology": ("mei",),
    "spanish": ("amara",),
}
"""Who is in which course. Noah is not in all of them, so that "Enroll" can be tried."""
