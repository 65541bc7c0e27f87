"""tfidf_logreg: logistic regression on words and pairs of words (tf-idf); seconds on thousands of texts.

Words in lower case and pairs of neighbours, sublinear tf-idf with rows of length 1, and a multinomial logistic
regression with a ridge (the inverse of its strength is the option C). What it is taught is no draw: the same lesson
gives the same model, whatever the seed; seeds differ by the split and by the annotations that were drawn.

A soft label becomes one row per class, weighted by its share: the likelihood of a distribution. Of pairs it learns
the difference between the answers' words, their difference in length (in log words) and the first place.
"""
