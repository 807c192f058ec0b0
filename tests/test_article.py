from cnncalc.article import CLASS_NAMES, LISTING
from cnncalc.notation import parse
from cnncalc.training.plan import ARTICLE


def test_what_train_takes_for_a_folder_of_photos_is_the_articles_listing():
    assert parse(LISTING).layers == ARTICLE.layers(len(CLASS_NAMES))
